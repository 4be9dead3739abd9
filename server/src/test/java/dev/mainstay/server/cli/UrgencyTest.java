package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UrgencyTest {
    @Test
    void the_worst_is_first() {
        var agents = ApiClient.JSON.readTree("""
                [{"id": "rest", "state": "shutdown", "lastError": "old", "health": 1},
                 {"id": "b", "state": "active", "health": 90},
                 {"id": "a", "state": "active", "health": 90},
                 {"id": "weak", "state": "active", "health": 60.5},
                 {"id": "fresh", "state": "active", "health": null},
                 {"id": "failing", "state": "active", "health": 99, "lastError": "boom"},
                 {"id": "silent", "state": "active", "health": 100},
                 {"id": "broken", "state": "quarantined", "health": 70}]
                """);
        var overview = ApiClient.JSON.readTree("{\"problems\": [{\"agent\": \"silent\"}]}");

        assertThat(Urgency.worstFirst(agents.valueStream().toList(), overview))
                .extracting(agent -> agent.path("id").asString())
                .containsExactly("broken", "silent", "failing", "weak", "a", "b", "fresh", "rest");
    }

    @Test
    void a_health_is_shown_to_one_decimal() {
        var score = ApiClient.JSON.readTree("39.61764705882352");

        assertThat(Column.score(score)).isEqualTo("39.6");
    }

    @Test
    void a_change_of_a_folder_names_files() {
        var event = ApiClient.JSON.readTree("""
                {"type": "folder.changed",
                 "detail": {"folder": "/in", "new": 3, "newFiles": ["a.csv", "b.csv", "c.csv"],
                            "changed": 1, "changedFiles": ["d.csv"]}}
                """);

        assertThat(EventChange.text(event)).isEqualTo("new a.csv, b.csv and 1 more, changed d.csv");
    }
}
