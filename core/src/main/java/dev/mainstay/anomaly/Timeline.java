package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// Which points are new, and how far apart they usually are. Not thread-safe.
///
/// Time only goes forward: what is late or repeated is refused, and so is a point more than a year ahead, since it
/// would make all that follow late. When eight such points in a row agree, the clock was set, and the line goes on from
/// there; backwards it takes 300, since so short a batch is more likely one that was delivered late.
final class Timeline implements Remembered {
    private static final long FARTHEST = 366L * 24 * 3600 * 1000;
    private static final int AGREED_AHEAD = 8;
    private static final int AGREED_BACK = 300;
    private static final int MOST_VOTES = 8;
    private static final long NEVER = Long.MIN_VALUE;

    private long newest = NEVER;
    private long elsewhere = NEVER;
    private int agreeing;
    private long interval;
    private int votes;
    private long step;

    /// Whether the point is the next one; if so, it is the newest from now on.
    Verdict.Treatment accept(long time) {
        if (newest == NEVER) {
            newest = time;
            return Verdict.Treatment.SCORED;
        }
        Verdict.Treatment treatment = treatment(time);
        if (treatment == Verdict.Treatment.SCORED) {
            advance(time);
        } else if (treatment != Verdict.Treatment.REPEATED && isAgreed(time)) {
            restart(time);
            return Verdict.Treatment.SCORED;
        }
        return treatment;
    }

    private Verdict.Treatment treatment(long time) {
        if (time == newest) {
            return Verdict.Treatment.REPEATED;
        }
        if (time < newest) {
            return Verdict.Treatment.LATE;
        }
        boolean isFar = time - newest > FARTHEST || time - newest < 0; // the difference may overflow
        return isFar ? Verdict.Treatment.FUTURE : Verdict.Treatment.SCORED;
    }

    private void advance(long time) {
        step = time - newest;
        newest = time;
        agreeing = 0;
        vote(step);
    }

    /// Whether so many points in a row came one after the other on a line of their own. A batch delivered late ends
    /// where the newest point is, or is interrupted by new ones; a clock that was set does neither.
    private boolean isAgreed(long time) {
        boolean follows = elsewhere != NEVER && time > elsewhere && time - elsewhere <= FARTHEST && agreeing > 0;
        agreeing = follows ? agreeing + 1 : 1;
        elsewhere = time;
        return agreeing >= (time > newest ? AGREED_AHEAD : AGREED_BACK);
    }

    private void restart(long time) {
        newest = time;
        step = 0;
        agreeing = 0;
    }

    /// The interval that most steps have, by majority vote (Boyer and Moore), which an odd step cannot move.
    private void vote(long candidate) {
        if (candidate == interval) {
            votes = Math.min(votes + 1, MOST_VOTES);
        } else if (--votes <= 0) {
            interval = candidate;
            votes = 1;
        }
    }

    /// Milliseconds between points; 0 before there were two.
    long interval() {
        return interval;
    }

    /// Milliseconds from the point before to the newest; 0 where there is none to compare with.
    long step() {
        return step;
    }

    long newest() {
        return newest;
    }

    @Override
    public void write(ByteBuffer to) {
        to.putLong(newest).putLong(elsewhere).putInt(agreeing);
        to.putLong(interval).putInt(votes).putLong(step);
    }

    @Override
    public void read(ByteBuffer from) {
        newest = from.getLong();
        elsewhere = from.getLong();
        agreeing = from.getInt();
        interval = from.getLong();
        votes = from.getInt();
        step = from.getLong();
    }
}
