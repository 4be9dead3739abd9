package dev.mainstay.task;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// One claim of tasks as a flight recording shows it: how long the database took for it, and what it
/// gave. Costs nothing while none is running. Confined to the thread that claims.
@Name(ClaimEvent.NAME)
@Label("Task claim")
@Category("Mainstay")
@Description("A node asked the database for tasks")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
public final class ClaimEvent extends Event {
    public static final String NAME = "dev.mainstay.TaskClaim";

    @Label("Tasks there was room for")
    private int room;

    @Label("Tasks claimed")
    private int claimed;

    void ended(int newRoom, int newClaimed) {
        end();
        if (shouldCommit()) {
            room = newRoom;
            claimed = newClaimed;
            commit();
        }
    }
}
