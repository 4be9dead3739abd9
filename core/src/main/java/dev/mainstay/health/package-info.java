/// How well each agent does: a score from 0 to 100 made of five named parts, every one a function of rows that were
/// stored within a window (five minutes unless told otherwise).
///
/// With `clamp(x)` = x kept within 0 and 1, over the part of the window in which the agent should have run:
///
/// | part | weight | value | score |
/// |---|---|---|---|
/// | uptime | 0.25 | u = heartbeats received / expected | 100 · clamp(u) |
/// | performance | 0.25 | p = larger of mean duration / deadline, mean lateness / interval | 100 · clamp(2 · (1 − p)) |
/// | errors | 0.20 | e = failed ticks / ticks; c crashes | 100 · clamp(1 − e − 0.2 · c) |
/// | resources | 0.15 | r = larger of CPU, memory used; a abandoned | 100 · clamp(min(1, 5 · (1 − r)) − a / 4) |
/// | business | 0.15 | b = ticks that ended well / ticks that were due | 100 · clamp(b) |
///
/// Each score never rises when its value gets worse. A part without rows to judge it by has no score; its weight goes
/// to the others, and it says why. An agent of which no part can be judged has no score at all, nor has one that people
/// hold (paused, maintenance, shutdown) or a slot. The system's score is the mean of its agents' scores.
///
/// [dev.mainstay.health.HealthStore] observes all agents in one statement,
/// [dev.mainstay.health.HealthScore] is computed from an [dev.mainstay.health.Observation] alone, and
/// [dev.mainstay.health.HealthEvaluator] stores the result: the newest in `agent_health`, the history as the metric
/// `health.score`; [dev.mainstay.health.HealthQueries] reads it.
@NullMarked
package dev.mainstay.health;

import org.jspecify.annotations.NullMarked;
