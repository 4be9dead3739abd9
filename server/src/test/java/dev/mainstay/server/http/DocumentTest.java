package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// The document by itself: what it shows fits what it says.
class DocumentTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private final OpenApi document = new OpenApi();

    /// Every object of the document that has a schema, below `node`.
    private static void collect(Object node, List<Map<?, ?>> media, Set<Object> references) {
        if (node instanceof Map<?, ?> map) {
            if (map.get("schema") instanceof Map<?, ?> && map.get("example") != null) {
                media.add(map);
            }
            Object reference = map.get("$ref");
            if (reference != null) {
                references.add(reference);
            }
            map.forEach((key, value) -> {
                if (!key.equals("example")) {
                    collect(value, media, references);
                }
            });
        } else if (node instanceof List<?> list) {
            list.forEach(item -> collect(item, media, references));
        }
    }

    @Test
    void every_example_fits_its_schema() {
        List<Map<?, ?>> media = new ArrayList<>();
        collect(document.at(), media, new HashSet<>());
        Schemas schemas = new Schemas(document);

        assertThat(media).hasSizeGreaterThan(25);
        for (Map<?, ?> shown : media) {
            Object example = shown.get("example");
            assertThat(schemas.problems(OpenApi.map(shown, "schema"), JSON.valueToTree(example)))
                    .as(String.valueOf(example))
                    .isEmpty();
        }
    }

    @Test
    void every_reference_leads_somewhere_and_everything_shared_is_used() {
        Set<Object> references = new HashSet<>();
        collect(document.at(), new ArrayList<>(), references);
        Set<Object> shared = new HashSet<>();
        for (String kind : List.of("parameters", "requestBodies", "responses", "schemas")) {
            document.at("components", kind).keySet().forEach(name -> shared.add("#/components/" + kind + "/" + name));
        }

        assertThat(references).isEqualTo(shared);
    }

    @Test
    void every_operation_has_a_name_of_its_own_and_a_summary() {
        List<Object> names = document.operations().stream()
                .<Object>map(operation -> String.valueOf(operation.node().get("operationId")))
                .toList();

        assertThat(names).doesNotHaveDuplicates().doesNotContain("null");
        assertThat(document.operations())
                .allSatisfy(
                        operation -> assertThat(operation.node().get("summary")).isNotNull());
    }
}
