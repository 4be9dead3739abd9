package dev.mainstay.schedule;

import com.cronutils.descriptor.CronDescriptor;
import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// Times of the wall clock of a zone. Immutable and thread-safe.
///
/// Where the clock is put forward or back, the rule of Vixie's cron holds. An expression whose hours are given (`30 2 *
/// * *`) means times of the day: each comes once, one that is skipped comes when the gap ends, one that is repeated the
/// first time. An expression whose hour field begins with `*` means the clock itself: it comes whenever the clock shows
/// such a time, so not in a gap, and twice where an hour is repeated. cron-utils is asked about local times alone.
public final class Crontab implements Timing {
    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
    private static final Map<String, String> WORDS = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");

    private static final Pattern HOURS_BEGIN_WITH_A_STAR = Pattern.compile("\\s*\\S+\\s+\\*");

    private final String expression;
    private final ZoneId zone;
    private final Cron cron;
    private final ExecutionTime times;
    private final boolean isOfTheClock;

    private Crontab(String expression, ZoneId zone) {
        this.expression = expression;
        this.zone = zone;
        String fields = WORDS.getOrDefault(expression.strip().toLowerCase(Locale.ROOT), expression);
        this.cron = parsed(fields, expression);
        this.times = ExecutionTime.forCron(cron);
        this.isOfTheClock = HOURS_BEGIN_WITH_A_STAR.matcher(fields).lookingAt();
    }

    /// The times of an expression in a zone.
    ///
    /// @throws IllegalArgumentException when the expression is not readable, or no day has it, such as 31 February
    public static Crontab of(String expression, ZoneId zone) {
        Crontab crontab = new Crontab(expression, zone);
        if (crontab.next(Instant.EPOCH).isEmpty()) {
            throw new IllegalArgumentException("cron '" + expression + "' never fires");
        }
        return crontab;
    }

    private static Cron parsed(String fields, String expression) {
        try {
            return PARSER.parse(fields).validate();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("cron '" + expression + "' is not readable: " + e.getMessage(), e);
        }
    }

    public String expression() {
        return expression;
    }

    public ZoneId zone() {
        return zone;
    }

    @Override
    public Optional<Instant> next(Instant after) {
        return isOfTheClock ? nextOnClock(after) : nextOfDay(after);
    }

    /// Each stretch between two changes of the offset is a clock that goes steadily.
    private Optional<Instant> nextOnClock(Instant after) {
        ZoneRules rules = zone.getRules();
        ZoneOffset offset = rules.getOffset(after);
        Optional<LocalDateTime> local = following(LocalDateTime.ofInstant(after, offset));
        ZoneOffsetTransition change = rules.nextTransition(after);
        while (local.isPresent()) {
            Instant moment = local.get().toInstant(offset);
            if (change == null || moment.isBefore(change.getInstant())) {
                return Optional.of(moment);
            }
            offset = change.getOffsetAfter();
            local = following(change.getDateTimeAfter().minusNanos(1));
            change = rules.nextTransition(change.getInstant());
        }
        return Optional.empty();
    }

    /// Local times in their order; two in one gap are one moment, and one of a repeated hour is its first.
    private Optional<Instant> nextOfDay(Instant after) {
        Optional<LocalDateTime> local = following(LocalDateTime.ofInstant(after, zone));
        while (local.isPresent()) {
            Instant moment = moment(local.get());
            if (moment.isAfter(after)) {
                return Optional.of(moment);
            }
            local = following(local.get());
        }
        return Optional.empty();
    }

    private Instant moment(LocalDateTime local) {
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        return change != null && change.isGap()
                ? change.getInstant()
                : ZonedDateTime.ofLocal(local, zone, null).toInstant();
    }

    private Optional<LocalDateTime> following(LocalDateTime local) {
        return times.nextExecution(local.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toLocalDateTime);
    }

    /// The usual distance between two moments.
    public Duration typicalInterval() {
        Instant first = next(Instant.EPOCH).orElseThrow();
        return Duration.between(first, next(first).orElseThrow());
    }

    @Override
    public String inWords() {
        return CronDescriptor.instance(Locale.UK).describe(cron) + ", time of " + zone.getId();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Crontab crontab && expression.equals(crontab.expression) && zone.equals(crontab.zone);
    }

    @Override
    public int hashCode() {
        return Objects.hash(expression, zone);
    }

    @Override
    public String toString() {
        return expression + " " + zone;
    }
}
