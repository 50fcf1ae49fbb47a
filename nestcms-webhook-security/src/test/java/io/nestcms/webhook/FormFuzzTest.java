package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;

/** Bodies that claim to be forms. */
class FormFuzzTest {
    @FuzzTest(maxExecutions = 5_000_000, maxDuration = "3h")
    void parse_anyForm_isWrittenAndReadAgain(byte[] form) {
        SignatureScheme.payTabsReturn().read(WebhookRequest.builder(form).build());
        List<FormField> fields = FormField.parse(form, 256);
        if (fields == null) {
            return;
        }

        byte[] written = FormField.phpQuery(fields);
        List<FormField> again = FormField.parse(written, 256);

        if (again == null || !Arrays.equals(FormField.phpQuery(again), written)) {
            fail("a form is not read as it was written");
        }
    }
}
