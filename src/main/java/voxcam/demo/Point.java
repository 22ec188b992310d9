package voxcam.demo;

/**
 * A point or a direction in the patient, in mm: x to the patient's right, y to the front, z to the
 * head.
 */
record Point(double x, double y, double z) {
  Point plus(Point other, double times) {
    return new Point(x + times * other.x, y + times * other.y, z + times * other.z);
  }

  double dot(Point other) {
    return x * other.x + y * other.y + z * other.z;
  }

  Point unit() {
    double length = Math.sqrt(dot(this));
    return new Point(x / length, y / length, z / length);
  }
}
