package dev.mainstay.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectorStateTest {
    private static final int LARGEST = 8 * 1024;

    private final Random random = new Random(5);
    private final AnomalyDetector detector = AnomalyDetector.withBudget(0.25);
    private long time;

    private double value() {
        return 1e6 + 1e4 * Math.sin(time / 1.4e7) + 3e3 * random.nextGaussian() + (random.nextInt(500) == 0 ? 1e5 : 0);
    }

    private void feed(int points) {
        for (int i = 0; i < points; i++) {
            detector.observe(time += 300_000, value());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 33, 700, 20_000})
    void a_loaded_detector_gives_the_same_next_1000_verdicts_to_the_bit(int points) {
        feed(points);
        AnomalyDetector loaded = DetectorState.load(DetectorState.save(detector), 0.25);
        for (int i = 0; i < 1000; i++) {
            double value = value();
            time += 300_000;
            assertThat(loaded.observe(time, value)).isEqualTo(detector.observe(time, value));
        }
        assertThat(DetectorState.save(loaded)).isEqualTo(DetectorState.save(detector));
    }

    @Test
    void it_takes_at_most_8_kilobytes() {
        feed(20_000);
        assertThat(DetectorState.save(detector)).hasSizeLessThanOrEqualTo(LARGEST);
    }

    @Test
    void damage_anywhere_is_found() {
        feed(3000);
        byte[] saved = DetectorState.save(detector);
        for (int i = 0; i < saved.length; i++) {
            byte[] damaged = saved.clone();
            damaged[i] ^= 0x10;
            assertUnreadable(damaged);
        }
        assertUnreadable(Arrays.copyOf(saved, saved.length / 2));
        assertUnreadable(new byte[0]);
    }

    private static void assertUnreadable(byte[] saved) {
        assertThatExceptionOfType(MainstayException.class)
                .isThrownBy(() -> DetectorState.load(saved, 0.25))
                .withMessageContaining("the saved detector cannot be read")
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.MODEL_UNREADABLE));
    }

    @Test
    void a_newer_version_is_named() {
        byte[] saved = DetectorState.save(detector);
        saved[5]++;
        assertThatExceptionOfType(MainstayException.class)
                .isThrownBy(() -> DetectorState.load(saved, 0.25))
                .withMessageContaining("it is of version 2, this Mainstay reads 1");
    }
}
