package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.nestcms.server.ServerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The manifests, read into the API's own types: a field that the API does not have is refused. */
class KubernetesManifestsTest {
    private static final Path FILES = Edge.shipped().resolve("kubernetes");
    private static final Map<String, Class<?>> KINDS = Map.of(
            "v1/Namespace", Namespace.class,
            "v1/ServiceAccount", ServiceAccount.class,
            "v1/ConfigMap", ConfigMap.class,
            "v1/Secret", Secret.class,
            "v1/Service", Service.class,
            "apps/v1/Deployment", Deployment.class,
            "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
            "autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);
    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new NoFurtherFields())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final Map<Class<?>, Object> READ = new HashMap<>();

    @BeforeAll
    static void read() throws IOException {
        READ.putAll(read("nestcms.yaml"));
    }

    private static Map<Class<?>, Object> read(String file) throws IOException {
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        Map<Class<?>, Object> objects = new HashMap<>();
        List<JsonNode> documents = yaml.readerFor(JsonNode.class)
                .<JsonNode>readValues(FILES.resolve(file).toFile())
                .readAll();
        for (JsonNode document : documents) {
            String kind = document.path("apiVersion").asText() + "/"
                    + document.path("kind").asText();
            Class<?> type = KINDS.get(kind);
            assertThat(type).as(kind).isNotNull();
            objects.put(type, STRICT.treeToValue(document, type));
        }
        return objects;
    }

    /** The models take any field, for the sake of newer servers; here nobody sends them anything. */
    private static final class NoFurtherFields extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(Annotated member) {
            return false;
        }
    }

    private static <T> T one(Class<T> type) {
        return type.cast(READ.get(type));
    }

    @Test
    void objects_areOnesThatTheApiKnows() throws IOException {
        assertThat(READ.keySet())
                .containsExactlyInAnyOrderElementsOf(KINDS.values().stream()
                        .filter(kind -> !kind.equals(Secret.class))
                        .toList());
        assertThat(read("secret.example.yaml")).containsOnlyKeys(Secret.class);
        assertThat(read("adapter.yaml")).containsOnlyKeys(ConfigMap.class);
        assertThatThrownBy(() ->
                        STRICT.readValue("{\"spec\":{\"template\":{\"spec\":{\"containres\":[]}}}}", Deployment.class))
                .isInstanceOf(UnrecognizedPropertyException.class);
    }

    @Test
    void container_runsAsNobodyOnAReadOnlyDisk() {
        var pod = one(Deployment.class).getSpec().getTemplate().getSpec();
        Container container = pod.getContainers().get(0);

        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getResources().getLimits()).containsKey("memory");
    }

    @Test
    void stop_isLongerThanTheDrain_andProbesAskWhatIsThere() {
        var pod = one(Deployment.class).getSpec().getTemplate().getSpec();
        Container container = pod.getContainers().get(0);
        long before = container.getLifecycle().getPreStop().getSleep().getSeconds();

        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(before + 10 + 10);
        assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/health/liveness");
        assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/health/readiness");
        assertThat(one(Deployment.class).getSpec().getReplicas())
                .isGreaterThan(one(PodDisruptionBudget.class)
                        .getSpec()
                        .getMinAvailable()
                        .getIntVal());
    }

    @Test
    void everySelector_meetsTheDeployment() {
        Map<String, String> labels =
                one(Deployment.class).getSpec().getTemplate().getMetadata().getLabels();

        assertThat(one(Deployment.class).getSpec().getSelector().getMatchLabels())
                .isEqualTo(labels);
        assertThat(one(Service.class).getSpec().getSelector()).isEqualTo(labels);
        assertThat(one(PodDisruptionBudget.class).getSpec().getSelector().getMatchLabels())
                .isEqualTo(labels);
        assertThat(one(NetworkPolicy.class).getSpec().getPodSelector().getMatchLabels())
                .isEqualTo(labels);
        assertThat(one(HorizontalPodAutoscaler.class)
                        .getSpec()
                        .getScaleTargetRef()
                        .getName())
                .isEqualTo(one(Deployment.class).getMetadata().getName());
    }

    private static String aKey(String name) {
        byte[] key = new byte[32];
        key[0] = (byte) name.hashCode();
        return Base64.getEncoder().encodeToString(key);
    }

    @Test
    void settings_areOnesThatTheServerTakes() throws IOException {
        Map<String, String> environment = new HashMap<>(one(ConfigMap.class).getData());
        environment.put("NODE_NAME", "nestcms-7d9f-abcde");
        ((Secret) read("secret.example.yaml").get(Secret.class))
                .getStringData()
                .forEach((name, value) -> environment.put(name, value.replaceAll("base64-of-.*", aKey(name))));

        ServerSettings settings = ServerSettings.from(environment);

        assertThat(settings.host()).isEqualTo("0.0.0.0");
        assertThat(settings.payTabs().region()).isEqualTo("KWT");
    }
}
