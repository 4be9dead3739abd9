package dev.mainstay.state;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.postgres.Signals;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// JSON by key with a version, shared by all of one organization on all nodes: read, write, compare-and-set, list by
/// prefix, watch. Thread-safe.
public final class SharedState {
    private static final int LONGEST_KEY = 512;
    private static final String TOPIC = "state";

    /// How a statement reaches the database: as the engine, or as a request under row-level security.
    private interface Access {
        <R> R in(HandleCallback<R, RuntimeException> work);
    }

    private final UUID organization;
    private final String author;
    private final Access access;
    private final @Nullable Signals signals;
    private final StateStore store = new StateStore();

    private SharedState(UUID organization, String author, Access access, @Nullable Signals signals) {
        this.organization = organization;
        this.author = author;
        this.access = access;
        this.signals = signals;
    }

    /// As the engine, for the agents of a node.
    ///
    /// @param signals through which watches on all nodes learn of a change at once
    public static SharedState of(Database database, UUID organization, String author, Signals signals) {
        return new SharedState(
                organization,
                author,
                new Access() {
                    @Override
                    public <R> R in(HandleCallback<R, RuntimeException> work) {
                        return database.write(work);
                    }
                },
                signals);
    }

    /// As a request of the organization.
    public static SharedState of(OrganizationDatabase database, String author, @Nullable Signals signals) {
        return new SharedState(
                database.organization(),
                author,
                new Access() {
                    @Override
                    public <R> R in(HandleCallback<R, RuntimeException> work) {
                        return database.write(work);
                    }
                },
                signals);
    }

    /// The same state, with another name in `updated_by`.
    public SharedState as(String newAuthor) {
        return new SharedState(organization, newAuthor, access, signals);
    }

    public Optional<StateEntry> get(String key) {
        return access.in(handle -> store.find(handle, organization, key));
    }

    /// Writes whatever stands there now.
    public StateEntry put(String key, JsonNode value) {
        requireKey(key);
        return changed(access.in(handle -> store.put(handle, organization, key, value, author)));
    }

    /// Compare-and-set: writes only when the entry's version is `expected`; 0 means that there must be none.
    public StateWrite putIf(String key, JsonNode value, long expected) {
        requireKey(key);
        return changed(access.in(handle -> store.putIf(handle, organization, key, value, expected, author)
                .<StateWrite>map(StateWrite.Written::new)
                .orElseGet(() -> new StateWrite.Conflict(
                        store.find(handle, organization, key).orElse(null)))));
    }

    public boolean delete(String key) {
        return changed(access.in(handle -> store.delete(handle, organization, key)));
    }

    public StateWrite deleteIf(String key, long expected) {
        return changed(access.in(handle -> store.deleteIf(handle, organization, key, expected)
                ? new StateWrite.Deleted()
                : new StateWrite.Conflict(store.find(handle, organization, key).orElse(null))));
    }

    private <R> R changed(R result) {
        if (signals != null) {
            signals.notify(TOPIC);
        }
        return result;
    }

    /// Tells `listener` of all entries under `prefix` and then of each change, until the watch is closed.
    public StateWatch watch(String prefix, Consumer<StateChange> listener) {
        StateWatch watch = new StateWatch(this, prefix, listener);
        return signals == null ? watch : watch.wokenBy(signals.on(TOPIC, watch::look));
    }

    /// Entries whose key begins with `prefix`, in order of key, after `after` (empty for the first page).
    public List<StateEntry> list(String prefix, String after, int limit) {
        return access.in(handle -> store.list(handle, organization, prefix, after, limit));
    }

    private static void requireKey(String key) {
        if (key.isBlank() || key.length() > LONGEST_KEY || key.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("key must be 1 to 512 characters and not blank, was '" + key + "'");
        }
    }
}
