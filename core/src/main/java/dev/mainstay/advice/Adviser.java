package dev.mainstay.advice;

import dev.mainstay.AgentRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// One kind of advice. Implementations are stateless and thread-safe.
interface Adviser {
    /// All there are.
    List<Adviser> ALL = List.of(new IntervalTooShort(), new DeadlineTooLong(), new IdleHours());

    String kind();

    /// The setting it is about: SQL over a row `agent` of `agents`, text.
    String setting();

    /// How long after it was taken its figure is measured again.
    Duration verifiedAfter();

    List<Proposal> find(Handle handle, Instant now);

    /// The figure of the advice over a time; null when nothing happened then.
    ///
    /// @param evidence of the advice
    @Nullable
    Double measure(Handle handle, AgentRef agent, Map<String, Object> evidence, Instant since, Instant until);
}
