package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignaturesTest {
    private final Signatures signatures = new Signatures("SKTEST0001-AAAAAAAAAA-BBBBBBBBBB");

    @Test
    void form_ofThePublishedExampleBody_isTheKnownOne() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("tranRef", "TST2632602000417");
        fields.put("acquirerMessage", "");
        fields.put("acquirerRRN", "");
        fields.put("cartId", "ORD-2026-000417");
        fields.put("customerEmail", "huda.salem+tickets@example.test");
        fields.put("respCode", "G52817");
        fields.put("respMessage", "Authorised");
        fields.put("respStatus", "A");
        fields.put("token", "9C1E55A2B7F04D36E8A1704BC2D95F03");
        fields.put("signature", "taken out before signing");
        assertThat(Signatures.signedText(fields))
                .isEqualTo(
                        "cartId=ORD-2026-000417&customerEmail=huda.salem%2Btickets%40example.test&respCode=G52817&respMessage=Authorised&respStatus=A&token=9C1E55A2B7F04D36E8A1704BC2D95F03&tranRef=TST2632602000417");
        assertThat(signatures.ofForm(fields))
                .isEqualTo("4afe68008c51f74dedc7220da9f67a70cc4c1e3f5c2ab30805d609a986d7404e");
    }

    @Test
    void encoding_isThatOfPhp() {
        assertThat(Signatures.encode("a b~c*d-e_f.g@é")).isEqualTo("a+b%7Ec%2Ad-e_f.g%40%C3%A9");
    }
}
