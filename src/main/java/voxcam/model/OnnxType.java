package voxcam.model;

import voxcam.op.InputException;

/** ONNX's element types by their numbers. */
final class OnnxType {
  static final int FLOAT = 1;
  static final int INT32 = 6;
  static final int INT64 = 7;
  static final int BOOL = 9;
  static final int DOUBLE = 11;

  private OnnxType() {}

  /** How the numbers of a type lie in a file. */
  static Dtype dtype(String where, int type) {
    return switch (type) {
      case FLOAT -> Dtype.F32;
      case 2 -> Dtype.U8;
      case 3 -> Dtype.I8;
      case 4 -> Dtype.U16;
      case 5 -> Dtype.I16;
      case INT32 -> Dtype.I32;
      case INT64 -> Dtype.I64;
      case BOOL -> Dtype.BOOL;
      case 10 -> Dtype.F16;
      case DOUBLE -> Dtype.F64;
      case 12 -> Dtype.U32;
      case 13 -> Dtype.U64;
      case 16 -> Dtype.BF16;
      default ->
          throw new InputException(
              where + ": values of type " + name(type) + " are not supported; export as float32");
    };
  }

  /** Whether values of a type have no fractions; truth values included. */
  static boolean isWhole(int type) {
    return switch (type) {
      case 2, 3, 4, 5, INT32, INT64, BOOL, 12, 13, 21, 22 -> true;
      default -> false;
    };
  }

  static String name(int type) {
    return switch (type) {
      case 0 -> "undefined";
      case FLOAT -> "float32";
      case 2 -> "uint8";
      case 3 -> "int8";
      case 4 -> "uint16";
      case 5 -> "int16";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case 8 -> "string";
      case BOOL -> "bool";
      case 10 -> "float16";
      case DOUBLE -> "float64";
      case 12 -> "uint32";
      case 13 -> "uint64";
      case 14, 15 -> "complex";
      case 16 -> "bfloat16";
      case 17, 18, 19, 20 -> "float8";
      case 21, 22 -> "int4";
      default -> "number " + type;
    };
  }
}
