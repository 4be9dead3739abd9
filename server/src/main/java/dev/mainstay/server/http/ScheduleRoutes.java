package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.schedule.Backfill;
import dev.mainstay.schedule.Fire;
import dev.mainstay.schedule.NewSchedule;
import dev.mainstay.schedule.OverlapPolicy;
import dev.mainstay.schedule.Schedule;
import dev.mainstay.schedule.ScheduleSearch;
import dev.mainstay.schedule.ScheduleView;
import dev.mainstay.schedule.Schedules;
import dev.mainstay.server.auth.Access;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Schedules: what there is, what it did, and what people want of it. Thread-safe.
final class ScheduleRoutes {
    private static final String SCHEDULES = "/api/v1/schedules";
    private static final String SCHEDULE = SCHEDULES + "/{name}";
    private static final int MOST = 1_000;
    private static final int SHOWN_NEXT = 10;
    private static final int SHOWN_FIRES = 20;
    private static final String[] STATES = {"active", "paused", "finished", "undeclared"};
    private static final Pattern ETAG = Pattern.compile("\"?(\\d{1,18})\"?");

    private final Database database;
    private final InstantSource clock;
    private final Schedules.Told told;

    ScheduleRoutes(Database database, InstantSource clock, Schedules.Told told) {
        this.database = database;
        this.clock = clock;
        this.told = told;
    }

    List<Route> routes() {
        return List.of(
                Route.get(SCHEDULES, Access.VIEWER, this::list),
                Route.post(SCHEDULES, Access.OPERATOR, this::create),
                Route.post(SCHEDULES + "/preview", Access.VIEWER, this::preview),
                Route.get(SCHEDULE, Access.VIEWER, this::describe),
                Route.put(SCHEDULE, Access.OPERATOR, this::put),
                Route.delete(SCHEDULE, Access.OPERATOR, this::delete),
                Route.get(SCHEDULE + "/next", Access.VIEWER, this::next),
                Route.get(SCHEDULE + "/fires", Access.VIEWER, this::fires),
                Route.post(SCHEDULE + "/pause", Access.OPERATOR, this::pause),
                Route.post(SCHEDULE + "/resume", Access.OPERATOR, this::resume),
                Route.post(SCHEDULE + "/run", Access.OPERATOR, this::run),
                Route.post(SCHEDULE + "/backfill", Access.OPERATOR, this::backfill));
    }

    private OrganizationDatabase screens(Request request) {
        return database.api(request.organization()).forScreens();
    }

    private Schedules schedules(Request request) {
        return Schedules.of(database, request.organization(), request.caller().actor(), told);
    }

    private Answer list(Request request) {
        String after = Cursor.in(request, "schedules", 1, List::getFirst).orElse("");
        int limit = request.limit(100, MOST);
        List<ScheduleJson> page = ScheduleSearch.list(
                        screens(request),
                        request.choice("state", STATES, Function.identity()),
                        request.query("q"),
                        after,
                        limit + 1)
                .stream()
                .map(ScheduleJson::of)
                .toList();
        return Answer.json(Page.of(page, limit, schedule -> Cursor.of("schedules", schedule.name())));
    }

    private Answer create(Request request) {
        NewSchedule plan = request.body(ScheduleBody::read).plan();
        Schedule made = ScheduleBody.checked(() -> schedules(request).create(plan));
        return answer(201, new ScheduleView(made, null));
    }

    private static Answer answer(int status, ScheduleView view) {
        return Answer.json(status, ScheduleJson.of(view))
                .with("ETag", "\"" + view.schedule().version() + "\"");
    }

    private record Preview(String inWords, List<Instant> next) {}

    private Answer preview(Request request) {
        NewSchedule plan = request.body(ScheduleBody.named("preview")).plan();
        return Answer.json(new Preview(plan.timing().inWords(), Schedules.next(plan, clock.instant(), SHOWN_NEXT)));
    }

    private static Refusal notFound(String name) {
        return Refusal.notFound("schedule", name, "GET " + SCHEDULES);
    }

    /// Read from the primary: what was just changed is shown as it is.
    private ScheduleView known(Request request) {
        String name = request.path("name");
        return ScheduleSearch.find(database.api(request.organization()), name).orElseThrow(() -> notFound(name));
    }

    private Answer describe(Request request) {
        ScheduleView view = known(request);
        List<ScheduleJson.FireJson> fires =
                ScheduleSearch.fires(screens(request), view.schedule().name(), Optional.empty(), SHOWN_FIRES).stream()
                        .map(ScheduleJson.FireJson::of)
                        .toList();
        return Answer.json(new ScheduleJson.Detail(
                        ScheduleJson.of(view),
                        Schedules.next(view.schedule().plan(), clock.instant(), SHOWN_NEXT),
                        fires))
                .with("ETag", "\"" + view.schedule().version() + "\"");
    }

    private Answer put(Request request) {
        String name = request.path("name");
        Long version = version(request);
        if (version != null) {
            long stands = schedules(request).find(name).map(Schedule::version).orElse(0L);
            requireVersion(name, version, stands);
        }
        NewSchedule plan = request.body(ScheduleBody.named(name)).plan();
        if (!plan.name().equals(name)) {
            throw Refusal.invalid(List.of(new Problem.At("$.name", "must be the name in the path, or left out")));
        }
        Schedule made = ScheduleBody.checked(() -> schedules(request).put(plan, version));
        return answer(made.version() == 1 ? 201 : 200, known(request));
    }

    private static void requireVersion(String name, long wanted, long stands) {
        if (wanted != stands) {
            throw Refusal.stale(
                    stands == 0
                            ? "there is no schedule " + name
                            : "schedule " + name + " is at version " + stands + " now");
        }
    }

    /// The version that must stand there; null for any.
    static @Nullable Long version(Request request) {
        String match = request.header("If-Match");
        if (match == null) {
            return null;
        }
        Matcher version = ETAG.matcher(match.strip());
        if (!version.matches()) {
            throw Refusal.parameter("If-Match", "must be one version, as the ETag has it (\"3\")");
        }
        return Long.valueOf(version.group(1));
    }

    private Answer delete(Request request) {
        String name = known(request).schedule().name();
        schedules(request).delete(name, Bodies.reasonOfQuery(request));
        return Answer.empty(204);
    }

    private record Moments(List<Instant> items, @Nullable Instant next) {}

    private Answer next(Request request) {
        NewSchedule plan = known(request).schedule().plan();
        Instant now = clock.instant();
        Instant from = request.moment("from", now).orElse(now);
        return Answer.json(new Moments(Schedules.next(plan, from, request.limit(SHOWN_NEXT, MOST)), null));
    }

    private Answer fires(Request request) {
        String name = known(request).schedule().name();
        int limit = request.limit(100, MOST);
        Optional<Instant> before = Cursor.in(request, "fires", 1, parts -> Instant.parse(parts.getFirst()));
        List<Fire> read = ScheduleSearch.fires(screens(request), name, before, limit + 1);
        List<ScheduleJson.FireJson> page =
                read.stream().map(ScheduleJson.FireJson::of).toList();
        return Answer.json(Page.of(page, limit, fire -> Cursor.of("fires", fire.plannedAt())));
    }

    private Answer pause(Request request) {
        String name = known(request).schedule().name();
        schedules(request).pause(name, request.body(Bodies::reason));
        return answer(200, known(request));
    }

    private Answer resume(Request request) {
        String name = known(request).schedule().name();
        schedules(request).resume(name, request.body(Bodies::reason));
        return answer(200, known(request));
    }

    private record Run(@Nullable OverlapPolicy overlap) {}

    private Answer run(Request request) {
        String name = known(request).schedule().name();
        Run wanted = request.body(fields -> new Run(ScheduleBody.overlap(fields)));
        return Answer.json(ScheduleJson.FireJson.of(schedules(request).run(name, wanted.overlap)));
    }

    private record Fill(
            Instant from,
            Instant to,
            boolean preview,
            @Nullable OverlapPolicy overlap) {
        static Fill read(Fields fields) {
            return new Fill(
                    required(fields, "from"),
                    required(fields, "to"),
                    fields.flag("preview", false),
                    ScheduleBody.overlap(fields));
        }

        private static Instant required(Fields fields, String name) {
            Instant moment = fields.instant(name);
            if (moment == null) {
                fields.error(name, "is missing");
                return Instant.EPOCH;
            }
            return moment;
        }
    }

    private Answer backfill(Request request) {
        String name = known(request).schedule().name();
        Fill wanted = request.body(Fill::read);
        Schedules schedules = schedules(request);
        Backfill done = ScheduleBody.checked(() -> wanted.preview
                ? schedules.previewBackfill(name, wanted.from, wanted.to)
                : schedules.backfill(name, wanted.from, wanted.to, wanted.overlap));
        return Answer.json(done);
    }
}
