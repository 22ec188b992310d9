package voxcam.volume;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import voxcam.model.WholeFile;
import voxcam.op.InputException;

/**
 * NIfTI files, version 1 and 2, one file each ({@code .nii}, or {@code .nii.gz} by content). Read:
 * every real integer type, float32 and float64, either byte order, slope and intercept; the affine
 * from sform, qform or voxel sizes, in mm; a fourth to seventh axis as channels. Written:
 * little-endian float32 or integer labels, sform always and qform wherever the affine has one, both
 * with code 2 (aligned), so that nibabel and ITK read the same place; neither, but the voxel sizes,
 * where the place is not known. NIfTI-1, or NIfTI-2 where an axis is longer than 32767.
 */
public final class Nifti {
  private static final int MILLIMETRE = 2;

  private Nifti() {}

  /**
   * Reads a volume.
   *
   * @throws InputException if it is not NIfTI, damaged, truncated, or of a kind that cannot be read
   */
  public static Volume read(Path file) {
    String name = file.toString();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long length = Files.size(file);
      in.mark(2);
      boolean packed = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      if (!packed) {
        return read(in, file, length, false);
      }
      try (InputStream inflated = new GZIPInputStream(in, 1 << 16)) {
        return read(inflated, file, Inflow.mostInflated(length), true);
      }
    } catch (IOException e) {
      throw Inflow.unreadable(name, e);
    }
  }

  private static Volume read(InputStream in, Path file, long most, boolean packed)
      throws IOException {
    String name = file.toString();
    byte[] first = in.readNBytes(4);
    int length = first.length < 4 ? 0 : NiftiHeader.length(first);
    if (length == 0) {
      throw new InputException(
          name
              + ": not a NIfTI file"
              + (packed ? " inside its gzip" : "")
              + " (wrong first bytes)");
    }
    byte[] bytes = new byte[length];
    System.arraycopy(first, 0, bytes, 0, 4);
    byte[] rest = new byte[length - 4];
    Inflow.fill(in, rest, rest.length, name);
    System.arraycopy(rest, 0, bytes, 4, rest.length);
    NiftiHeader header = NiftiHeader.parse(bytes, name);
    Inflow.checkClaim(name, "header and voxels", header.offset(), most);
    Inflow.checkClaim(name, "voxels", header.bytes(), most - header.offset());
    in.skipNBytes(header.offset() - length);
    InputStream delivered = packed ? Inflow.gather(in, header.bytes(), name) : in;
    if (packed) {
      // One byte further gzip compares its checksum; whatever else follows is not ours.
      in.read();
    }
    float[] voxels = voxels(delivered, header, name);
    int[] size = header.size().dims();
    Grid grid =
        header.located() ? Grid.of(size, header.affine()) : Grid.unlocated(size, header.affine());
    return Volume.of(
        file.getFileName().toString(), grid, header.channels(), voxels, header.notes());
  }

  /**
   * From the file's order, x fastest, to memory's, z fastest: some planes at a time, so that both
   * sides run along lines.
   */
  private static float[] voxels(InputStream in, NiftiHeader header, String name)
      throws IOException {
    int nx = header.size().dim(0);
    int ny = header.size().dim(1);
    int nz = header.size().dim(2);
    int plane = nx * ny;
    int group = Math.clamp((1 << 22) / plane, 1, Math.min(16, nz));
    float[] voxels = new float[header.channels() * plane * nz];
    float[] planes = new float[group * plane];
    for (int channel = 0; channel < header.channels(); channel++) {
      int base = channel * plane * nz;
      for (int z = 0; z < nz; z += group) {
        int count = Math.min(group, nz - z);
        header
            .element()
            .read(
                in,
                header.order(),
                planes,
                0,
                count * plane,
                header.slope(),
                header.intercept(),
                name);
        for (int y = 0; y < ny; y++) {
          for (int x = 0; x < nx; x++) {
            int to = base + (x * ny + y) * nz + z;
            int from = y * nx + x;
            for (int k = 0; k < count; k++) {
              voxels[to + k] = planes[k * plane + from];
            }
          }
        }
      }
    }
    return voxels;
  }

  /**
   * Writes all channels as float32; the name must end in {@code .nii} or {@code .nii.gz}.
   *
   * @throws InputException if it cannot be written; no file is left then
   */
  public static void write(Path file, Volume volume) {
    write(file, volume, 16, 4);
  }

  /**
   * Writes labels, whole numbers, in the smallest of uint8, int16 and int32 that holds them.
   *
   * @throws InputException if a value is no whole number of 32 bits, or the file cannot be written
   */
  public static void writeLabels(Path file, Volume volume) {
    float least = 0;
    float most = 0;
    for (float value : volume.voxels()) {
      if (value != (int) value) {
        throw new InputException(file + ": a label must be a whole number, one is " + value);
      }
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    if (least >= 0 && most <= 255) {
      write(file, volume, 2, 1);
    } else if (least >= Short.MIN_VALUE && most <= Short.MAX_VALUE) {
      write(file, volume, 4, 2);
    } else {
      write(file, volume, 8, 4);
    }
  }

  private static void write(Path file, Volume volume, int datatype, int bytes) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    boolean packed = name.endsWith(".nii.gz");
    if (!packed && !name.endsWith(".nii")) {
      throw new InputException(file + ": the name of a NIfTI file must end in .nii or .nii.gz");
    }
    WholeFile.write(
        file,
        out -> {
          if (packed) {
            try (OutputStream gzip = new BufferedOutputStream(new Gzip(out), 1 << 16)) {
              write(gzip, volume, datatype, bytes);
            }
          } else {
            write(out, volume, datatype, bytes);
          }
        });
  }

  private static void write(OutputStream out, Volume volume, int datatype, int bytes)
      throws IOException {
    Grid grid = volume.grid();
    out.write(header(volume, datatype, bytes));
    float[] voxels = volume.voxels();
    int nx = grid.size(0);
    int ny = grid.size(1);
    int nz = grid.size(2);
    ByteBuffer row = ByteBuffer.allocate(nx * bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int channel = 0; channel < volume.channels(); channel++) {
      int base = channel * nx * ny * nz;
      for (int z = 0; z < nz; z++) {
        for (int y = 0; y < ny; y++) {
          row.clear();
          for (int x = 0; x < nx; x++) {
            put(row, datatype, voxels[base + (x * ny + y) * nz + z]);
          }
          out.write(row.array());
        }
      }
    }
  }

  private static void put(ByteBuffer row, int datatype, float value) {
    switch (datatype) {
      case 2 -> row.put((byte) (int) value);
      case 4 -> row.putShort((short) value);
      case 8 -> row.putInt((int) value);
      default -> row.putFloat(value);
    }
  }

  private static byte[] header(Volume volume, int datatype, int bytes) {
    Grid grid = volume.grid();
    int[] size = grid.size();
    boolean second =
        Math.max(Math.max(size[0], size[1]), Math.max(size[2], volume.channels()))
            > Short.MAX_VALUE;
    int length = second ? NiftiHeader.LENGTH_2 : NiftiHeader.LENGTH_1;
    ByteBuffer out = ByteBuffer.allocate(length + 4).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0, length);
    out.put(
        second ? 4 : 344,
        (second ? "n+2\0\r\n\u001a\n" : "n+1\0").getBytes(StandardCharsets.ISO_8859_1));
    long[] dim = {
      volume.channels() > 1 ? 4 : 3, size[0], size[1], size[2], volume.channels(), 1, 1, 1
    };
    for (int i = 0; i < 8; i++) {
      if (second) {
        out.putLong(16 + 8 * i, dim[i]);
      } else {
        out.putShort(40 + 2 * i, (short) dim[i]);
      }
    }
    out.putShort(second ? 12 : 70, (short) datatype);
    out.putShort(second ? 14 : 72, (short) (8 * bytes));
    if (second) {
      out.putLong(168, length + 4L).putDouble(176, 1).putInt(500, MILLIMETRE);
    } else {
      out.putFloat(108, length + 4).putFloat(112, 1).put(123, (byte) MILLIMETRE);
    }
    out.put(second ? 240 : 148, "VoxCAM".getBytes(StandardCharsets.ISO_8859_1));
    NiftiForms.write(out, second, grid);
    return out.array();
  }

  /**
   * Maps are mostly zeros or noise; more effort than this level's buys little and costs seconds.
   */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(1);
    }
  }
}
