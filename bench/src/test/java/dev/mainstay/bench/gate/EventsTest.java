package dev.mainstay.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `docs/events.md` lists every event and every metric, and nothing else: people alert on these names.
class EventsTest {

    private static final Markdown PAGE = Markdown.read(Sources.root().resolve("docs/events.md"));
    private static final Pattern PROMETHEUS_SUFFIX = Pattern.compile("_(seconds|total|bytes)$");

    @Test
    void the_page_lists_exactly_the_events_and_metrics_of_the_code() throws IOException {
        var listed = new ArrayList<>(PAGE.firstCells("## Events"));
        listed.addAll(PAGE.firstCells("## Metrics"));
        assertThat(listed).doesNotHaveDuplicates();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(TelemetryNames.inSources());
    }

    @Test
    void the_page_lists_exactly_what_prometheus_is_told() {
        var listed = PAGE.firstCells("## What /metrics shows").stream()
                .map(name -> PROMETHEUS_SUFFIX.matcher(name).replaceFirst("").replace('_', '.'))
                .toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(TelemetryNames.meters());
    }
}
