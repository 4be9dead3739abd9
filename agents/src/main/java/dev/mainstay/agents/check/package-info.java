/// Agent kinds for `mainstay.yml` that look at something real: a web address, a query, a command, a folder, a port.
///
/// Each kind is an [dev.mainstay.agent.AgentKind] with a settings record that is valid by construction. All but
/// `watch-folder` are a [dev.mainstay.agents.check.Check] run by a [dev.mainstay.agents.check.CheckAgent], which
/// records `check.up` and `check.latency` and says once when a check begins to fail and when it is well again.
@NullMarked
package dev.mainstay.agents.check;

import org.jspecify.annotations.NullMarked;
