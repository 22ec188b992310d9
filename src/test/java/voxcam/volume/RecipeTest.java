package voxcam.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class RecipeTest {
  private static final Affine IDENTITY = Affine.IDENTITY;

  /** Voxels 0, 1, 2 and so on in memory order. */
  private static Volume counting(Affine affine, int... size) {
    float[] voxels = new float[size[0] * size[1] * size[2]];
    for (int i = 0; i < voxels.length; i++) {
      voxels[i] = i;
    }
    return Volume.of("count.nii", Grid.of(size, affine), 1, voxels);
  }

  private static Volume line(float... values) {
    return Volume.of("line.nii", Grid.of(new int[] {1, 1, values.length}, IDENTITY), 1, values);
  }

  private static Prepared apply(String steps, Volume... volumes) {
    return Recipe.parse("[" + steps.replace('\'', '"') + "]").apply(volumes);
  }

  private static float[] values(String steps, Volume... volumes) {
    return apply(steps, volumes).input().floats();
  }

  @Test
  void withoutStepsTheVoxelsStayAndFilesAreChannels() {
    Volume volume = counting(IDENTITY, 2, 3, 4);
    Prepared prepared = Recipe.parse(null).apply(volume, volume);
    assertThat(prepared.input().shape()).isEqualTo(Shape.of(1, 2, 2, 3, 4));
    assertThat(prepared.input().floats()).startsWith(volume.voxels()).endsWith(volume.voxels());
    assertThat(prepared.warnings()).isEmpty();
  }

  @Test
  void withoutStepsTheInputIsTheVolumesOwnArrayUnlessItHasToBeCleaned() {
    Volume finite = counting(IDENTITY, 2, 3, 4);
    assertThat(Recipe.parse(null).apply(finite).input().floats()).isSameAs(finite.voxels());
    Volume broken = line(1, Float.NaN);
    assertThat(Recipe.parse(null).apply(broken).input().floats()).containsExactly(1, 0);
    assertThat(broken.voxels()).containsExactly(1, Float.NaN);
  }

  @Test
  void stepsOnValues() {
    assertThat(values("{'step':'clip','min':-1,'max':2}", line(-5, 0, 5)))
        .containsExactly(-1, 0, 2);
    assertThat(values("{'step':'scale','from':[-1000,200],'to':[0,1]}", line(-1000, 200, 800)))
        .containsExactly(0, 1, 1.5f);
    assertThat(values("{'step':'subtract','value':0.449}", line(1))).containsExactly(0.551f);
    assertThat(values("{'step':'minmax'}", line(2, 4, 6))).containsExactly(0, 0.5f, 1);
    assertThat(values("{'step':'zscore'}", line(1, 3))).containsExactly(-1, 1);
    assertThat(values("{'step':'zscore','mask':'nonzero'}", line(0, 1, 3)))
        .containsExactly(0, -1, 1);
  }

  @Test
  void statisticsAreThoseOfEachChannel() {
    assertThat(values("{'step':'minmax'}", line(0, 2), line(5, 6))).containsExactly(0, 1, 0, 1);
    assertThat(
            values("{'step':'crop_or_pad','shape':[1,1,3],'value':'min'}", line(4, 2), line(5, 6)))
        .containsExactly(4, 2, 2, 5, 6, 5);
  }

  @Test
  void constantChannelsAreWarnedOf() {
    Prepared prepared = apply("{'step':'zscore'},{'step':'minmax'}", line(3, 3));
    assertThat(prepared.input().floats()).containsExactly(0, 0);
    assertThat(prepared.warnings())
        .containsExactly(
            "recipe: step 1 (zscore): every voxel that counts has the same value, the network sees zeros",
            "recipe: step 2 (minmax): every voxel is 0.0, the network sees zeros");
  }

  @Test
  void theOddVoxelIsCutOrAddedBehind() {
    assertThat(values("{'step':'crop_or_pad','shape':[1,1,2],'value':9}", line(0, 1, 2, 3, 4)))
        .containsExactly(1, 2);
    assertThat(values("{'step':'crop_or_pad','shape':[1,1,5],'value':9}", line(1, 2)))
        .containsExactly(9, 1, 2, 9, 9);
    assertThat(values("{'step':'crop_or_pad','shape':[3,1,1],'value':9}", line(0, 1)))
        .containsExactly(9, 0, 9);
  }

  @Test
  void resamplingKeepsTheOuterFaceAndHasExactlyTheSpacing() {
    assertThat(values("{'step':'resample','spacing':[1,1,2]}", line(0, 1, 2, 3)))
        .containsExactly(0.5f, 2.5f);
    assertThat(values("{'step':'resample','spacing':[1,1,0.5]}", line(0, 4)))
        .containsExactly(0, 1, 3, 4);
    assertThat(
            values("{'step':'resample','spacing':[1,1,0.5],'interpolation':'nearest'}", line(0, 4)))
        .containsExactly(0, 0, 4, 4);
    assertThat(values("{'step':'resample','spacing':[1,1,1.7]}", line(0, 1, 2, 3)))
        .containsExactly(new float[] {0.35f, 2.05f}, within(1e-6f));
    assertThat(values("{'step':'resample','spacing':[9,9,9]}", line(1, 3))).hasSize(1);
  }

  @Test
  void axesAndSlabs() {
    Volume volume = counting(IDENTITY, 2, 3, 7);
    Prepared zyx = apply("{'step':'axes','order':'zyx'}", volume);
    assertThat(zyx.input().shape()).isEqualTo(Shape.of(1, 1, 7, 3, 2));
    assertThat(zyx.input().floats()[2 * 6 + 1 * 2 + 1]).isEqualTo(volume.value(1, 1, 2));

    Prepared slabs = apply("{'step':'axes','order':'zyx'},{'step':'slabs','n':3}", volume);
    assertThat(slabs.input().shape()).isEqualTo(Shape.of(2, 3, 3, 2));
    assertThat(slabs.grid()).isEqualTo(Shape.of(2, 3, 2));
    assertThat(slabs.input().floats()[(1 * 3 + 2) * 6 + 2 * 2]).isEqualTo(volume.value(0, 2, 5));
    Volume back = slabs.back(Tensor.filled(slabs.grid(), 1));
    assertThat(back.value(1, 2, 5)).isEqualTo(1);
    assertThat(back.value(1, 2, 6)).isZero();
  }

  @Test
  void arraysWithoutGeometryAreInTheOrderThatTheRecipeNames() {
    float[] slices = counting(IDENTITY, 4, 2, 3).voxels();
    Volume array = Volume.of("ct.npz:ct", Grid.unlocated(4, 2, 3), 1, slices);
    Prepared prepared =
        apply(
            "{'step':'crop_or_pad','shape':[3,2,4],'value':0},{'step':'axes','order':'zyx'}",
            array);
    assertThat(prepared.input().shape()).isEqualTo(Shape.of(1, 1, 4, 2, 3));
    assertThat(prepared.input().floats()).isEqualTo(slices);
    assertThat(prepared.volume().grid().orientation()).isEqualTo("SAR");
    assertThat(prepared.volume().grid().located()).isFalse();
    assertThat(prepared.warnings())
        .singleElement()
        .asString()
        .contains("ct.npz:ct: has no geometry");
    Volume back = prepared.back(Tensor.of(prepared.grid(), slices));
    assertThat(back.grid().size()).containsExactly(4, 2, 3);
    assertThat(back.voxels()).isEqualTo(slices);
    assertThat(apply("", array).input().floats()).isEqualTo(slices);
  }

  @Test
  void arraysAndNiftiAreNotMixedWhereTheRecipeTurnsAxesRound() {
    Volume array = Volume.of("a.npy", Grid.unlocated(3, 3, 3), 1, new float[27]);
    Volume file = Volume.of("b.nii", Grid.of(new int[] {3, 3, 3}, IDENTITY), 1, new float[27]);
    Volume bare =
        Volume.of("b.nii", Grid.unlocated(new int[] {3, 3, 3}, IDENTITY), 1, new float[27]);
    String message = "a.npy: is an array without geometry, b.nii is not";
    for (Volume other : List.of(file, bare)) {
      for (List<Volume> pair : List.of(List.of(array, other), List.of(other, array))) {
        Volume[] both = pair.toArray(Volume[]::new);
        assertThatThrownBy(() -> apply("{'step':'axes','order':'zyx'}", both))
            .isInstanceOf(InputException.class)
            .hasMessageContaining(message)
            .hasMessageNotContaining("\n");
        Prepared prepared = apply("{'step':'axes','order':'zyx'}", pair.get(0));
        assertThatThrownBy(() -> prepared.forwardMask(pair.get(1)))
            .isInstanceOf(InputException.class)
            .hasMessageContaining(message);
        assertThat(apply("{'step':'axes','order':'xyz'}", both).input().shape().dim(1))
            .isEqualTo(2);
      }
    }
  }

  @Test
  void filesWithoutOrientationKeepTheirAxesInOrder() {
    float[] voxels = new float[24];
    voxels[1] = 5;
    Volume bare = Volume.of("b.nii", Grid.unlocated(new int[] {2, 3, 4}, IDENTITY), 1, voxels);
    Prepared prepared = apply("{'step':'axes','order':'zyx'}", bare);
    assertThat(prepared.input().shape()).isEqualTo(Shape.of(1, 1, 4, 3, 2));
    assertThat(prepared.input().floats()[6]).isEqualTo(5);
    assertThat(prepared.warnings()).isEmpty();
  }

  @Test
  void masksFollowAndSlabsTakeTheLargestValue() {
    Volume volume = counting(IDENTITY, 2, 2, 4);
    float[] mask = new float[16];
    mask[1] = 5;
    mask[2] = Float.NaN;
    String steps = "{'step':'axes','order':'zyx'},{'step':'slabs','n':2}";
    Tensor forward = apply(steps, volume).forwardMask(volume.withVoxels(mask));
    assertThat(forward.floats()).containsExactly(5, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void masksOnOtherGridsAreRefused() {
    Prepared prepared = apply("", counting(IDENTITY, 2, 2, 2));
    assertThatThrownBy(() -> prepared.forwardMask(counting(Affine.scaling(1, 1, 1.1), 2, 2, 2)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "count.nii: lies on another grid, 2x2x2 RAS 1x1x1.1 mm, count.nii on 2x2x2 RAS 1x1x1 mm")
        .hasMessageContaining("resample the mask to the volume's grid first");
    assertThat(prepared.forwardMask(counting(Affine.scaling(1, 1, 1.001), 2, 2, 2)).floats()[7])
        .isEqualTo(7);
  }

  @Test
  void inputsMustAgree() {
    assertThatThrownBy(() -> apply("", counting(IDENTITY, 2, 2, 2), counting(IDENTITY, 2, 2, 3)))
        .hasMessageContaining("lies on another grid, 2x2x3 RAS 1x1x1 mm, count.nii on 2x2x2")
        .hasMessageContaining("resample one to the other first");
    assertThatThrownBy(() -> apply("{'step':'channels','modalities':['t1','flair']}", line(1)))
        .hasMessage(
            "recipe: step 1 (channels): the model expects 2 channel(s), t1, flair, but 1 were given; "
                + "give one file for each, in this order");
    assertThatThrownBy(
            () -> apply("{'step':'axes','order':'zyx'},{'step':'slabs','n':3}", line(1, 2)))
        .hasMessage("recipe: step 2 (slabs): a slab takes 3 slices, the volume has 2");
    assertThatThrownBy(() -> apply("{'step':'resample','spacing':[1e-12,1,1]}", line(1, 2)))
        .hasMessageContaining("recipe: step 1 (resample): ")
        .hasMessageContaining("are more than one array holds");
    assertThatThrownBy(() -> apply("", line(1, 2)).back(Tensor.filled(Shape.of(1, 2, 2), 0)))
        .hasMessage("map: has shape [1,2,2], the network's grid is [1,1,2]; interpolate it first");
  }

  @Test
  void voxelsThatAreNotFiniteCountAsZeroAndAreTold() {
    Prepared prepared = apply("{'step':'minmax'}", line(Float.NaN, 2, -2, Float.POSITIVE_INFINITY));
    assertThat(prepared.input().floats()).containsExactly(0.5f, 1, 0, 0.5f);
    assertThat(prepared.warnings())
        .containsExactly("line.nii: 2 of 4 voxels are NaN or infinite and count as 0");
    assertThat(line(Float.NaN, 1).nonFinite()).isEqualTo(1);
    assertThatThrownBy(() -> apply("", line(Float.NaN, Float.NaN)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "line.nii: none of its 2 voxels is finite (NaN or infinite); check how it was made");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|recipe: must be a JSON list of steps",
        "[1]|recipe: step 1: must be an object",
        "[{'step':'minmax'},{}]|recipe: step 2: needs a field \"step\" with its name",
        "[{'step':'flip'}]|recipe: step 1: unknown step \"flip\"; known are channels, orient",
        "[{'step':'minmax','x':1}]|recipe: step 1 (minmax): unknown field \"x\"",
        "[{'step':'minmax','x':{}}]|recipe: step 1: field \"x\" must be a text, a number or a list of them",
        "[{'step':'minmax','x':[[1]]}]|recipe: step 1: field \"x\" must be",
        "[{'step':'minmax','x':null}]|recipe: step 1: field \"x\" must be",
        "[{'step':'minmax'}|recipe: not JSON at character",
        "[{'step':'minmax','step':'minmax'}]|recipe: not JSON at character",
        "[]]|recipe: not JSON at character",
        "[] 1|recipe: something follows the list",
        "[{'step':'clip','min':3,'max':2}]|step 1 (clip): field \"min\" is 3.0 and must not be above \"max\"",
        "[{'step':'clip','min':'a','max':2}]|step 1 (clip): field \"min\" must be a number, is a",
        "[{'step':'clip','max':2}]|step 1 (clip): field \"min\" must be a number, and is missing",
        "[{'step':'clip','min':1e999,'max':2}]|step 1 (clip): field \"min\" must be a number, is Infinity",
        "[{'step':'scale','from':[1,1],'to':[0,1]}]|field \"from\" must be two different numbers",
        "[{'step':'scale','from':[1],'to':[0,1]}]|field \"from\" must be a list of 2 numbers, is [1.0]",
        "[{'step':'orient','codes':'RAR'}]|step 1 (orient): orientation \"RAR\" must have one letter each of L or R",
        "[{'step':'orient','codes':'RASS'}]|step 1 (orient): orientation \"RASS\"",
        "[{'step':'orient'}]|field \"codes\" must be three letters such as \"RAS\", and is missing",
        "[{'step':'resample','spacing':[1,0,1]}]|field \"spacing\" must be three numbers above 0",
        "[{'step':'resample','spacing':[1,1,1],'interpolation':'cubic'}]|must be \"linear\" or \"nearest\", is cubic",
        "[{'step':'crop_or_pad','shape':[1,1.5,1],'value':0}]|\"shape\" must be whole numbers from 1 to 1048576, is 1.5",
        "[{'step':'crop_or_pad','shape':[1,1,1],'value':'max'}]|field \"value\" must be a number or \"min\", is max",
        "[{'step':'zscore','mask':'brain'}]|field \"mask\" must be \"all\" or \"nonzero\", is brain",
        "[{'step':'axes','order':'yxz'}]|field \"order\" must be \"xyz\" or \"zyx\", is yxz",
        "[{'step':'axes'}]|field \"order\" must be \"xyz\" or \"zyx\", and is missing",
        "[{'step':'slabs','n':3}]|step 1 (slabs): must come once, and after axes \"zyx\"; change the recipe's order",
        "[{'step':'axes','order':'zyx'},{'step':'orient','codes':'RAS'}]|step 2 (orient): must come before axes and slabs",
        "[{'step':'minmax'},{'step':'channels','modalities':['t1']}]|step 2 (channels): must be the first step",
        "[{'step':'channels','modalities':[]}]|field \"modalities\" must be a list of names",
        "[{'step':'channels','modalities':['a',1]}]|field \"modalities\" must be a list of names",
      })
  void refusesOtherTextsInOneLine(String text, String message) {
    assertThatThrownBy(() -> Recipe.parse(text.replace('\'', '"')))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
