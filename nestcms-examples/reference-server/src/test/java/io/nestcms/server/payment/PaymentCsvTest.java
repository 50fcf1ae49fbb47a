package io.nestcms.server.payment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaymentCsvTest {
    @Test
    void cell_formula_beginsWithAnApostrophe_howeverItIsHidden() {
        for (String formula : new String[] {
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            " =1",
            "\t=1",
            "\r\n=1",
            "\u00a0=1",
            "\u200b=1",
            "\ufeff=1",
            "\uff1d1",
            "\uff0b1",
            "\uff0d1",
            "\uff201"
        }) {
            assertThat(PaymentCsv.cell(formula)).isEqualTo("\"'" + formula + "\"");
        }
    }

    @Test
    void cell_otherText_asItIs_quotesDoubled() {
        assertThat(PaymentCsv.cell("1.000")).isEqualTo("\"1.000\"");
        assertThat(PaymentCsv.cell("a \"b\", c\r\nd = e")).isEqualTo("\"a \"\"b\"\", c\r\nd = e\"");
        assertThat(PaymentCsv.cell("")).isEqualTo("\"\"");
    }
}
