/// What all who look at a fleet share: one picture of it an organization and node, and the stream of its changes.
///
/// ```text
/// database --at most every 400 ms while somebody looks--> FleetWatch -> FleetSnapshot -> lists and details
///                                                              \-> Frame (what changed, encoded once) -> Subscription
/// each
/// ```
///
/// So what a look costs the database does not grow with the number of those who look.
/// [dev.mainstay.server.stream.FleetWatches] is the main type.
@NullMarked
package dev.mainstay.server.stream;

import org.jspecify.annotations.NullMarked;
