package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Movement.PadMode;
import voxcam.op.Regions;
import voxcam.op.Resize;

/**
 * Along one axis: which input positions each output position looks at, and with what weight.
 * Pooling, padding, interpolation and their adjoints are such tables, one per axis.
 */
final class Taps {
  private final int inputs;
  private final int[] starts;
  private final int[] sources;
  private final double[] weights;

  private Taps(int inputs, int[] starts, int[] sources, double[] weights) {
    this.inputs = inputs;
    this.starts = starts;
    this.sources = sources;
    this.weights = weights;
  }

  /** An axis of one position that stays as it is. */
  static Taps identity() {
    return pad(PadMode.EDGE, 0, 0, 1);
  }

  /** The valid positions of each pooling region, each with weight 1. */
  static Taps regions(Regions regions, int axis, int size) {
    Builder builder = new Builder(size);
    for (int output = 0; output < regions.output(axis, size); output++) {
      builder.next();
      int start = regions.start(axis, output, size);
      for (int tap = 0; tap < regions.taps(axis, output, size); tap++) {
        int at = start + tap * regions.step(axis);
        if (at >= 0 && at < size) {
          builder.add(at, 1);
        }
      }
    }
    return builder.build();
  }

  /** The same, each with the reciprocal of how many positions the region counts along this axis. */
  static Taps averages(Regions regions, int axis, int size, boolean countPadding) {
    Taps plain = regions(regions, axis, size);
    for (int output = 0; output < plain.outputs(); output++) {
      int counted = plain.end(output) - plain.start(output);
      if (countPadding) {
        int start = regions.start(axis, output, size);
        int room = Math.ceilDiv(regions.padded(axis, size) - start, regions.step(axis));
        counted = Math.min(regions.taps(axis, output, size), room);
      }
      for (int tap = plain.start(output); tap < plain.end(output); tap++) {
        plain.weights[tap] = 1.0 / counted;
      }
    }
    return plain;
  }

  /** How a resize reads one axis. */
  static Taps resize(Resize.Forward op, int axis, int inputSize, int outputSize) {
    Resize.Sampling sampling = op.sampling();
    double scale = op.scale(axis, inputSize);
    Builder builder = new Builder(inputSize);
    for (int output = 0; output < outputSize; output++) {
      builder.next();
      switch (sampling.mode()) {
        case NEAREST -> builder.add(sampling.nearest(output, inputSize, outputSize, scale), 1);
        case LINEAR -> {
          double at =
              Math.clamp(
                  sampling.source(output, inputSize, outputSize, scale), 0.0, inputSize - 1.0);
          int low = (int) at;
          double fraction = at - low;
          builder.add(low, 1 - fraction);
          if (fraction > 0) {
            builder.add(low + 1, fraction);
          }
        }
      }
    }
    return builder.build();
  }

  /** Padding of one axis; with {@link PadMode#CONSTANT} positions outside see nothing. */
  static Taps pad(PadMode mode, int before, int after, int size) {
    Builder builder = new Builder(size);
    for (int output = 0; output < before + size + after; output++) {
      builder.next();
      int at = output - before;
      switch (mode) {
        case CONSTANT -> {
          if (at >= 0 && at < size) {
            builder.add(at, 1);
          }
        }
        case EDGE -> builder.add(Math.clamp(at, 0, size - 1), 1);
        case REFLECT -> builder.add(at < 0 ? -at : at < size ? at : 2 * (size - 1) - at, 1);
      }
    }
    return builder.build();
  }

  /** The adjoint: which outputs look at each input. */
  Taps transposed() {
    int[] counts = new int[inputs + 1];
    for (int source : sources) {
      counts[source + 1]++;
    }
    for (int i = 0; i < inputs; i++) {
      counts[i + 1] += counts[i];
    }
    int[] next = counts.clone();
    int[] back = new int[sources.length];
    double[] factors = new double[sources.length];
    for (int output = 0; output < outputs(); output++) {
      for (int tap = start(output); tap < end(output); tap++) {
        int at = next[sources[tap]]++;
        back[at] = output;
        factors[at] = weights[tap];
      }
    }
    return new Taps(outputs(), counts, back, factors);
  }

  boolean isIdentity() {
    if (inputs != outputs() || sources.length != inputs) {
      return false;
    }
    for (int i = 0; i < inputs; i++) {
      if (starts[i] != i || sources[i] != i || weights[i] != 1) {
        return false;
      }
    }
    return true;
  }

  int inputs() {
    return inputs;
  }

  int outputs() {
    return starts.length - 1;
  }

  /** The first of an output's taps. */
  int start(int output) {
    return starts[output];
  }

  /** Behind the last of an output's taps. */
  int end(int output) {
    return starts[output + 1];
  }

  int source(int tap) {
    return sources[tap];
  }

  double weight(int tap) {
    return weights[tap];
  }

  /** The {@link #start} of each output, and the end of the last one. */
  int[] starts() {
    return starts.clone();
  }

  /** The {@link #source} of each tap. */
  int[] sources() {
    return sources.clone();
  }

  /** The {@link #weight} of each tap. */
  float[] weights() {
    float[] rounded = new float[weights.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) weights[i];
    }
    return rounded;
  }

  /** The largest number of taps of an output. */
  int most() {
    int most = 0;
    for (int output = 0; output < outputs(); output++) {
      most = Math.max(most, end(output) - start(output));
    }
    return most;
  }

  private static final class Builder {
    private final int inputs;
    private final List<Integer> starts = new ArrayList<>();
    private final List<Integer> sources = new ArrayList<>();
    private final List<Double> weights = new ArrayList<>();

    Builder(int inputs) {
      this.inputs = inputs;
    }

    void next() {
      starts.add(sources.size());
    }

    void add(int source, double weight) {
      sources.add(source);
      weights.add(weight);
    }

    Taps build() {
      starts.add(sources.size());
      return new Taps(
          inputs,
          starts.stream().mapToInt(Integer::intValue).toArray(),
          sources.stream().mapToInt(Integer::intValue).toArray(),
          weights.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }
}
