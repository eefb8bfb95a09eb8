/* Preloaded into user-mode-linux: lets it run where a processor's registers are more than it has room for.
 *
 * It keeps 2,696 octets of floating-point state for a process (FP_SIZE of Linux 6.1); a host with AMX has 11,008, and
 * takes them by PTRACE_SETREGSET whole or not at all. What is missing is what the process has already.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned char state[1 << 16];

/* The system call as it is. */
static long as_it_is(enum __ptrace_request request, int pid, long address, void *data)
{
    return syscall(SYS_ptrace, request, pid, address, data);
}

long ptrace(enum __ptrace_request request, ...)
{
    va_list rest;
    va_start(rest, request);
    int pid = va_arg(rest, int);
    long address = va_arg(rest, long);
    void *data = va_arg(rest, void *);
    va_end(rest);

    if (request == PTRACE_SETREGSET && address == NT_X86_XSTATE) {
        const struct iovec *part = data;
        struct iovec whole = {state, sizeof state};
        if (as_it_is(PTRACE_GETREGSET, pid, address, &whole) == 0 && part->iov_len < whole.iov_len) {
            memcpy(state, part->iov_base, part->iov_len);
            return as_it_is(request, pid, address, &whole);
        }
    }
    if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
        long word, failed = as_it_is(request, pid, address, &word); /* the C library returns what it has read */
        return failed ? failed : word;
    }
    return as_it_is(request, pid, address, data);
}
