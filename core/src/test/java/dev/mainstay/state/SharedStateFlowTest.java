package dev.mainstay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Signals;
import dev.mainstay.testing.TestDatabase;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SharedStateFlowTest {
    private static final TestDatabase test = TestDatabase.create();
    private static final Signals signals = Signals.start(test.database());

    @AfterAll
    static void drop() {
        signals.close();
        test.close();
    }

    private final SharedState state = SharedState.of(test.database(), Organizations.DEFAULT, "tester", signals);

    private static JsonNode json(String text) {
        return Jsonb.node(text);
    }

    @Test
    void each_write_raises_the_version_and_names_the_author() {
        assertThat(state.put("cursor", json("1")).version()).isEqualTo(1);
        StateEntry second = state.as("someone").put("cursor", json("{\"at\": 2}"));
        assertThat(second.version()).isEqualTo(2);
        assertThat(second.updatedBy()).isEqualTo("someone");
        assertThat(state.get("cursor"))
                .hasValueSatisfying(entry -> assertThat(entry.value()).isEqualTo(json("{\"at\":2}")));
    }

    @Test
    void compare_and_set_writes_only_over_the_version_it_was_told() {
        assertThat(state.putIf("cas", json("1"), 0)).isInstanceOf(StateWrite.Written.class);
        assertThat(state.putIf("cas", json("2"), 0)).isInstanceOf(StateWrite.Conflict.class);
        assertThat(state.putIf("cas", json("2"), 1)).isInstanceOf(StateWrite.Written.class);
        assertThat(state.deleteIf("cas", 1)).isInstanceOf(StateWrite.Conflict.class);
        assertThat(state.deleteIf("cas", 2)).isInstanceOf(StateWrite.Deleted.class);
        assertThat(state.putIf("cas", json("3"), 2)).isEqualTo(new StateWrite.Conflict(null));
    }

    @Test
    void of_many_racing_writers_each_round_has_one_winner() throws InterruptedException, ExecutionException {
        state.put("race", json("0"));
        try (ExecutorService writers = Executors.newFixedThreadPool(4)) {
            Future<Integer>[] wins = race(writers);
            int sum = 0;
            for (Future<Integer> win : wins) {
                sum += win.get();
            }
            assertThat(state.get("race").orElseThrow().version()).isEqualTo(1 + sum);
        }
    }

    @SuppressWarnings("unchecked") // an array of a generic type
    private Future<Integer>[] race(ExecutorService writers) {
        return IntStream.range(0, 4)
                .mapToObj(writer -> writers.submit(() -> {
                    int won = 0;
                    for (int i = 0; i < 25; i++) {
                        long version = state.get("race").orElseThrow().version();
                        won += state.putIf("race", json("1"), version) instanceof StateWrite.Written ? 1 : 0;
                    }
                    return won;
                }))
                .toArray(Future[]::new);
    }

    @Test
    void a_listing_takes_the_prefix_literally_and_pages_in_order_of_key() {
        for (String key : new String[] {"list/b", "list/a", "list/c", "list%x", "listing"}) {
            state.put(key, json("true"));
        }
        assertThat(state.list("list/", "", 2)).extracting(StateEntry::key).containsExactly("list/a", "list/b");
        assertThat(state.list("list/", "list/b", 2)).extracting(StateEntry::key).containsExactly("list/c");
        assertThat(state.list("list%", "", 9)).extracting(StateEntry::key).containsExactly("list%x");
    }

    @Test
    void a_watch_tells_what_stands_there_and_then_each_change_and_deletion() throws InterruptedException {
        state.put("watch/one", json("1"));
        BlockingQueue<StateChange> changes = new LinkedBlockingQueue<>();
        try (StateWatch watch = state.watch("watch/", changes::add)) {
            assertThat(next(changes).key()).isEqualTo("watch/one");
            state.put("watch/two", json("2"));
            assertThat(next(changes).key()).isEqualTo("watch/two");
            state.delete("watch/one");
            watch.look();
            assertThat(next(changes)).isEqualTo(new StateChange("watch/one", null));
        }
    }

    private static StateChange next(BlockingQueue<StateChange> changes) throws InterruptedException {
        StateChange change = changes.poll(1, TimeUnit.MINUTES);
        assertThat(change).as("a change within a minute").isNotNull();
        return change;
    }

    @Test
    void a_blank_or_endless_key_is_refused() {
        assertThatThrownBy(() -> state.put(" ", json("1"))).hasMessageContaining("key must be");
        assertThatThrownBy(() -> state.put("k".repeat(513), json("1"))).hasMessageContaining("key must be");
    }

    @Test
    void the_state_of_another_organization_is_not_seen() {
        state.put("mine", json("1"));
        SharedState foreign = SharedState.of(test.database().api(new UUID(9, 9)), "stranger", null);
        assertThat(foreign.get("mine")).isEmpty();
        assertThat(foreign.list("", "", 10)).isEmpty();
    }
}
