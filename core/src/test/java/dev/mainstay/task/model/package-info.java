/// The lease protocol of tasks as a small model, all states of which are looked at.
///
/// What SQL does in one statement, or in one transaction under locks, is one step here; what a worker believes is apart
/// from what the database holds. A worker never looks at a clock: it believes in its lease until it is told otherwise,
/// so whatever a wrong clock could make it do is among the states. [LeaseModel][dev.mainstay.task.model.LeaseModel] has
/// the steps, [Flaw][dev.mainstay.task.model.Flaw] the mistakes that must be found.
@NullMarked
package dev.mainstay.task.model;

import org.jspecify.annotations.NullMarked;
