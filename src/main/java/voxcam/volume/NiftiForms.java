package voxcam.volume;

import java.nio.ByteBuffer;
import java.util.List;
import voxcam.op.InputException;

/**
 * The place of voxels in a NIfTI header: read from the sform if it has a code, else from the qform,
 * else from the voxel sizes alone; and the qform that says the same as an affine. Lengths in metres
 * or micrometres become millimetres. Formulas: nifti1.h, methods 1 to 3.
 */
final class NiftiForms {
  private NiftiForms() {}

  static Affine affine(ByteBuffer in, boolean second, String name, List<String> notes) {
    int qformCode = second ? in.getInt(344) : in.getShort(252);
    int sformCode = second ? in.getInt(348) : in.getShort(254);
    double toMm = toMm(second ? in.getInt(500) : in.get(123));
    String form = sformCode > 0 ? "sform" : qformCode > 0 ? "qform" : "voxel size";
    double[][] rows;
    if (sformCode > 0) {
      rows = sform(in, second);
    } else {
      double[] mm = voxelSizes(in, second, name, notes);
      if (qformCode > 0) {
        double[] q = numbers(in, second, second ? 352 : 256, 6);
        rows = qform(q, mm, pixdim(in, second, 0) < 0 ? -1 : 1);
      } else {
        rows = new double[][] {{mm[0], 0, 0, 0}, {0, mm[1], 0, 0}, {0, 0, mm[2], 0}};
        notes.add(
            name
                + ": has neither sform nor qform, so its orientation is not known; RAS+ with these voxel sizes is "
                + "assumed");
      }
    }
    for (double[] row : rows) {
      for (int c = 0; c < 4; c++) {
        row[c] *= toMm;
      }
    }
    try {
      return Affine.of(rows);
    } catch (InputException e) {
      throw new InputException(
          name + ": " + e.getMessage() + " (" + form + "); repair the header", e);
    }
  }

  /** Whether a form says which way the axes point. */
  static boolean located(ByteBuffer in, boolean second) {
    return (second ? in.getInt(344) : in.getShort(252)) > 0
        || (second ? in.getInt(348) : in.getShort(254)) > 0;
  }

  private static double toMm(int units) {
    return switch (units & 7) {
      case 1 -> 1000;
      case 3 -> 0.001;
      default -> 1;
    };
  }

  private static double[][] sform(ByteBuffer in, boolean second) {
    double[][] rows = new double[3][];
    for (int r = 0; r < 3; r++) {
      rows[r] = numbers(in, second, second ? 400 + 32 * r : 280 + 16 * r, 4);
    }
    return rows;
  }

  private static double[] numbers(ByteBuffer in, boolean second, int at, int count) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = second ? in.getDouble(at + 8 * i) : in.getFloat(at + 4 * i);
    }
    return numbers;
  }

  private static double pixdim(ByteBuffer in, boolean second, int axis) {
    return second ? in.getDouble(104 + 8 * axis) : in.getFloat(76 + 4 * axis);
  }

  private static double[] voxelSizes(
      ByteBuffer in, boolean second, String name, List<String> notes) {
    double[] mm = new double[3];
    for (int axis = 0; axis < 3; axis++) {
      mm[axis] = Math.abs(pixdim(in, second, axis + 1));
      if (!Double.isFinite(mm[axis])) {
        throw new InputException(
            name
                + ": the voxel size along axis "
                + (axis + 1)
                + " is not finite; repair the header");
      }
      if (mm[axis] == 0) {
        mm[axis] = 1;
        notes.add(name + ": the voxel size along axis " + (axis + 1) + " is 0; 1 is assumed");
      }
    }
    return mm;
  }

  /** Method 2: a unit quaternion given by b, c, d, then the offset. */
  private static double[][] qform(double[] q, double[] mm, double qfac) {
    double b = q[0];
    double c = q[1];
    double d = q[2];
    double squares = b * b + c * c + d * d;
    double a = 0;
    if (1 - squares < 1e-7) {
      double length = Math.sqrt(squares);
      b /= length;
      c /= length;
      d /= length;
    } else {
      a = Math.sqrt(1 - squares);
    }
    double z = mm[2] * qfac;
    return new double[][] {
      {
        (a * a + b * b - c * c - d * d) * mm[0],
        2 * (b * c - a * d) * mm[1],
        2 * (b * d + a * c) * z,
        q[3]
      },
      {
        2 * (b * c + a * d) * mm[0],
        (a * a + c * c - b * b - d * d) * mm[1],
        2 * (c * d - a * b) * z,
        q[4]
      },
      {
        2 * (b * d - a * c) * mm[0],
        2 * (c * d + a * b) * mm[1],
        (a * a + d * d - c * c - b * b) * z,
        q[5]
      }
    };
  }

  /**
   * Writes the place of a grid into a NIfTI-1 or NIfTI-2 header: always the sform, and the qform
   * where the affine is a rotation with zooms and so has one. A grid that is not located has
   * neither, only voxel sizes.
   */
  static void write(ByteBuffer out, boolean second, Grid grid) {
    Affine affine = grid.affine();
    double[] mm = grid.spacing();
    if (!grid.located()) {
      put(out, second, second ? 104 : 76, 1, mm[0], mm[1], mm[2], 1, 1, 1, 1);
      return;
    }
    double qfac = affine.determinant() < 0 ? -1 : 1;
    double[] q = quaternion(affine, mm, qfac);
    // What is stored in single precision must still name the same place.
    double[] stored = q.clone();
    double[] storedMm = mm.clone();
    if (!second) {
      round(stored);
      round(storedMm);
    }
    boolean rotation =
        grid.sameAs(Grid.of(grid.size(), Affine.unchecked(qform(stored, storedMm, qfac))));
    put(out, second, second ? 104 : 76, rotation ? qfac : 1, mm[0], mm[1], mm[2], 1, 1, 1, 1);
    int aligned = 2;
    if (second) {
      out.putInt(344, rotation ? aligned : 0).putInt(348, aligned);
    } else {
      out.putShort(252, (short) (rotation ? aligned : 0)).putShort(254, (short) aligned);
    }
    if (rotation) {
      put(out, second, second ? 352 : 256, q);
    }
    double[][] rows = affine.rows();
    for (int r = 0; r < 3; r++) {
      put(out, second, second ? 400 + 32 * r : 280 + 16 * r, rows[r]);
    }
  }

  private static void round(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) values[i];
    }
  }

  private static void put(ByteBuffer out, boolean second, int at, double... values) {
    for (int i = 0; i < values.length; i++) {
      if (second) {
        out.putDouble(at + 8 * i, values[i]);
      } else {
        out.putFloat(at + 4 * i, (float) values[i]);
      }
    }
  }

  /**
   * b, c, d and the offset of the rotation in an affine; meaningless, and found out by the caller,
   * if there is none.
   */
  private static double[] quaternion(Affine affine, double[] mm, double qfac) {
    double[][] r = new double[3][3];
    for (int row = 0; row < 3; row++) {
      for (int col = 0; col < 3; col++) {
        r[row][col] = affine.at(row, col) / mm[col] * (col == 2 ? qfac : 1);
      }
    }
    // The largest of the four components is found first, so that nothing small is divided by.
    double[] squares = {
      1 + r[0][0] + r[1][1] + r[2][2],
      1 + r[0][0] - r[1][1] - r[2][2],
      1 - r[0][0] + r[1][1] - r[2][2],
      1 - r[0][0] - r[1][1] + r[2][2]
    };
    int largest = 0;
    for (int i = 1; i < 4; i++) {
      if (squares[i] > squares[largest]) {
        largest = i;
      }
    }
    double twice = Math.sqrt(squares[largest]);
    double s = 0.5 / twice;
    double[] abcd =
        switch (largest) {
          case 0 ->
              new double[] {
                twice / 2, (r[2][1] - r[1][2]) * s, (r[0][2] - r[2][0]) * s, (r[1][0] - r[0][1]) * s
              };
          case 1 ->
              new double[] {
                (r[2][1] - r[1][2]) * s, twice / 2, (r[0][1] + r[1][0]) * s, (r[0][2] + r[2][0]) * s
              };
          case 2 ->
              new double[] {
                (r[0][2] - r[2][0]) * s, (r[0][1] + r[1][0]) * s, twice / 2, (r[1][2] + r[2][1]) * s
              };
          default ->
              new double[] {
                (r[1][0] - r[0][1]) * s, (r[0][2] + r[2][0]) * s, (r[1][2] + r[2][1]) * s, twice / 2
              };
        };
    double sign = abcd[0] < 0 ? -1 : 1;
    return new double[] {
      sign * abcd[1],
      sign * abcd[2],
      sign * abcd[3],
      affine.at(0, 3),
      affine.at(1, 3),
      affine.at(2, 3)
    };
  }
}
