package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.postgres.Jsonb;
import dev.mainstay.testing.TestDatabase;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Java and PostgreSQL must judge alike.
class MessageFilterFlowTest {
    private static final TestDatabase test = TestDatabase.create();
    private static final String BODY = """
            {"amount": 100, "name": "Ünal \\"x\\"", "open": true, "gone": null, "tags": ["a", "b"],
             "lines": [{"sku": "s1", "count": 2}, {"sku": "s2", "count": 5}], "nested": {"deep": 1.5}}
            """;

    @AfterAll
    static void close() {
        test.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "body.amount = 100 | true",
                "body.amount != 100 | false",
                "body.amount > 99.5 and body.amount < 101 | true",
                "body.amount >= 100 and body.open = false | false",
                "body.amount = \"100\" | false",
                "body.amount != \"100\" | false",
                "body.missing != 1 | false",
                "body.gone = null | true",
                "body.amount != null | true",
                "body.amount = null | false",
                "body.nested != null | true",
                "body.tags = \"b\" | true",
                "body.tags != \"b\" | true",
                "body.tags = \"c\" | false",
                "body.lines.count > 4 | true",
                "body.lines.count > 5 | false",
                "body.nested.deep = 1.50 | true",
                "body.name = \"Ünal \\\"x\\\"\" | true",
                "body.name > \"Z\" | true",
                "headers.region = \"eu\" | true",
                "headers.region < \"eu\" | false"
            })
    void a_filter_says_the_same_here_and_in_postgresql(String text, boolean expected) {
        MessageFilter filter = MessageFilter.of(text);
        assertThat(filter.matches(Jsonb.node(BODY), Map.of("region", "eu"))).isEqualTo(expected);
        boolean inPostgres = test.database()
                .read(handle -> handle.createQuery("""
                        SELECT coalesce(jsonb_path_match(
                            jsonb_build_object('body', :body::jsonb, 'headers', '{"region": "eu"}'::jsonb),
                            :path::jsonpath, '{}', true), false)
                        """)
                        .bind("body", BODY)
                        .bind("path", filter.jsonPath())
                        .mapTo(Boolean.class)
                        .one());
        assertThat(inPostgres).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amount = 1",
                "body.amount",
                "body.amount = 1 or body.amount = 2",
                "body.amount = x",
                "body.amount = 1e9",
                "body.a\\\"b = 1",
                "body.amount = 1 and",
                "body.a.b.c.d.e.f.g.h = 1"
            })
    void a_filter_that_is_none_is_refused(String text) {
        assertThatThrownBy(() -> MessageFilter.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("filter must be");
    }
}
