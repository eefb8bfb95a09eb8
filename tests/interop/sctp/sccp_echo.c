/* An SCCP user on an SCCP that we did not write: libosmo-sigtran's, as an ASP of the STP at STP-ADDRESS, which it asks
 * for the routing key of POINT-CODE (RKM). Each N-UNITDATA for SSN 6 is printed and sent back to its calling party; the
 * library itself answers what is for another SSN, or routed by a global title.
 *
 *   gcc -Wall -o sccp_echo sccp_echo.c $(pkg-config --cflags --libs libosmo-sigtran libosmocore)
 *   ./sccp_echo POINT-CODE STP-ADDRESS OWN-ADDRESS
 */
#include <stdio.h>
#include <stdlib.h>
#include <osmocom/core/application.h>
#include <osmocom/core/logging.h>
#include <osmocom/core/msgb.h>
#include <osmocom/core/select.h>
#include <osmocom/core/utils.h>
#include <osmocom/sigtran/osmo_ss7.h>
#include <osmocom/sigtran/sccp_helpers.h>
#include <osmocom/sigtran/sccp_sap.h>

enum { M3UA_PORT = 2905, HLR_SSN = 6 };

static int on_primitive(struct osmo_prim_hdr *header, void *user)
{
	struct osmo_scu_prim *primitive = (struct osmo_scu_prim *) header;
	struct osmo_scu_unitdata_param *unit = &primitive->u.unitdata;
	unsigned size = msgb_l2len(header->msg);
	uint8_t *data = msgb_l2(header->msg);

	if (header->primitive == OSMO_SCU_PRIM_N_UNITDATA && header->operation == PRIM_OP_INDICATION) {
		printf("%s\n", osmo_hexdump_nospc(data, size));
		osmo_sccp_tx_unitdata(user, &unit->called_addr, &unit->calling_addr, data, size);
	}
	msgb_free(header->msg);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct log_info no_categories = { 0 };
	void *context = talloc_named_const(NULL, 1, "sccp_echo");
	struct osmo_sccp_instance *sccp;

	if (argc != 4) {
		fprintf(stderr, "usage: %s POINT-CODE STP-ADDRESS OWN-ADDRESS\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	osmo_init_logging2(context, &no_categories);
	osmo_ss7_init();
	sccp = osmo_sccp_simple_client(context, "echo", atoi(argv[1]), OSMO_SS7_ASP_PROT_M3UA, 0, argv[3], M3UA_PORT,
				       argv[2]);
	if (!sccp || !osmo_sccp_user_bind(sccp, "echo", on_primitive, HLR_SSN))
		return 1;
	while (1)
		osmo_select_main(0);
}
