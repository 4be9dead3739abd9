package dev.mainstay.anomaly;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// A detector as bytes, and back: the next scores are the very same. Stateless and thread-safe.
///
/// The form, big-endian: `MSAD`, version (2 bytes), length of the state (4), CRC-32C of the rest (4),
/// the state deflated. The state itself is what each part wrote, one after the other, of a length that
/// the version fixes; so whatever is changed in a part's `write` needs a new version here.
public final class DetectorState {
    private static final int MAGIC = 0x4D534144;
    private static final short VERSION = 1;
    private static final int HEADER = 4 + 2 + 4 + 4;
    private static final int MOST = 16 * 1024;
    private static final int LENGTH = length();

    private DetectorState() {}

    private static int length() {
        ByteBuffer state = ByteBuffer.allocate(MOST);
        AnomalyDetector.withBudget(AnomalyDetector.DEFAULT_BUDGET).write(state);
        return state.position();
    }

    /// What the detector holds, in at most 8 KB for ordinary series.
    public static byte[] save(AnomalyDetector detector) {
        byte[] state = new byte[LENGTH];
        detector.write(ByteBuffer.wrap(state));
        byte[] packed = deflated(state);
        return ByteBuffer.allocate(HEADER + packed.length)
                .putInt(MAGIC)
                .putShort(VERSION)
                .putInt(LENGTH)
                .putInt(checksum(packed, 0))
                .put(packed)
                .array();
    }

    /// A detector that goes on where the saved one was.
    ///
    /// @param perWeek the budget of false alarms, which is a setting and not part of the state
    /// @throws MainstayException with MODEL_UNREADABLE when the bytes are damaged or of a newer version;
    ///     a new detector can then learn from the points that are still stored
    public static AnomalyDetector load(byte[] saved, double perWeek) {
        ByteBuffer from = ByteBuffer.wrap(saved);
        if (saved.length <= HEADER || from.getInt() != MAGIC) {
            throw unreadable("it is not a detector's state");
        }
        short version = from.getShort();
        if (version != VERSION) {
            throw unreadable("it is of version " + version + ", this Mainstay reads " + VERSION);
        }
        int length = from.getInt();
        if (from.getInt() != checksum(saved, HEADER)) {
            throw unreadable("its checksum is wrong");
        }
        AnomalyDetector detector = AnomalyDetector.withBudget(perWeek);
        detector.read(ByteBuffer.wrap(inflated(saved, length)));
        return detector;
    }

    private static MainstayException unreadable(String why) {
        return new MainstayException(
                ErrorCode.MODEL_UNREADABLE,
                "the saved detector cannot be read: " + why + "; a new one learns again from the stored points");
    }

    private static int checksum(byte[] bytes, int from) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, from, bytes.length - from);
        return (int) checksum.getValue();
    }

    private static byte[] deflated(byte[] state) {
        try (Deflater deflater = new Deflater(Deflater.BEST_SPEED, true)) {
            deflater.setInput(state);
            deflater.finish();
            byte[] packed = new byte[2 * MOST];
            return Arrays.copyOf(packed, deflater.deflate(packed));
        }
    }

    private static byte[] inflated(byte[] saved, int length) {
        byte[] state = new byte[LENGTH];
        try (Inflater inflater = new Inflater(true)) {
            inflater.setInput(saved, HEADER, saved.length - HEADER);
            if (length != LENGTH || inflater.inflate(state) != LENGTH) {
                throw unreadable("it is not of the length its version has");
            }
            return state;
        } catch (DataFormatException e) {
            throw unreadable("it is damaged: " + e.getMessage());
        }
    }
}
