//! ResNet-50 (He et al. 2015) as Keras's `keras.applications.ResNet50` builds it, in declared form.

use nn::prelude::*;

/// A convolution with its normalization.
#[model(new(filters: usize, kernel: usize, strides: usize))]
pub struct ConvBn {
    #[layer(filters, kernel, strides = strides, padding = Padding::Same)]
    conv: Conv2D,
    #[layer(epsilon = 1.001e-5)]
    bn: BatchNormalization,
}

#[model]
impl ConvBn {
    fn call(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x))
    }
}

/// Narrow, convolve, widen: the residual branch.
#[model(new(filters: usize, strides: usize))]
pub struct Bottleneck {
    #[layer(filters, 1, strides)]
    narrow: ConvBn,
    #[layer(filters, 3, 1)]
    middle: ConvBn,
    #[layer(4 * filters, 1, 1)]
    wide: ConvBn,
}

#[model]
impl Bottleneck {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.narrow(x).relu();
        let x = self.middle(x).relu();
        self.wide(x)
    }
}

/// A block that keeps the shape.
#[model(new(filters: usize))]
pub struct Identity {
    #[layer(filters, 1)]
    branch: Bottleneck,
}

#[model]
impl Identity {
    fn call(&self, x: Tensor) -> Tensor {
        (&x + self.branch(&x)).relu()
    }
}

/// A block that changes it, with a convolution beside the branch.
#[model(new(filters: usize, strides: usize))]
pub struct Projection {
    #[layer(filters, strides)]
    branch: Bottleneck,
    #[layer(4 * filters, 1, strides)]
    shortcut: ConvBn,
}

#[model]
impl Projection {
    fn call(&self, x: Tensor) -> Tensor {
        (self.shortcut(&x) + self.branch(&x)).relu()
    }
}

#[model(input = [224, 224, 3], new(num_classes: usize = 1000))]
pub struct ResNet50 {
    #[layer(3)]
    pad1: ZeroPadding2D,
    #[layer(64, 7, strides = 2)]
    conv1: Conv2D,
    #[layer(epsilon = 1.001e-5)]
    bn1: BatchNormalization,
    #[layer(1)]
    pad2: ZeroPadding2D,
    #[layer(3, strides = 2)]
    pool1: MaxPooling2D,
    #[layer(64, 1)]
    conv2: Projection,
    #[layer(64)]
    conv2_rest: [Identity; 2],
    #[layer(128, 2)]
    conv3: Projection,
    #[layer(128)]
    conv3_rest: [Identity; 3],
    #[layer(256, 2)]
    conv4: Projection,
    #[layer(256)]
    conv4_rest: [Identity; 5],
    #[layer(512, 2)]
    conv5: Projection,
    #[layer(512)]
    conv5_rest: [Identity; 2],
    #[layer]
    pool: GlobalAveragePooling2D,
    #[layer(num_classes, activation = Activation::Softmax)]
    predictions: Dense,
}

#[model]
impl ResNet50 {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.bn1(self.conv1(self.pad1(x))).relu();
        let x = self.pool1(self.pad2(x));
        let x = self.conv2_rest(self.conv2(x));
        let x = self.conv3_rest(self.conv3(x));
        let x = self.conv4_rest(self.conv4(x));
        let x = self.conv5_rest(self.conv5(x));
        self.predictions(self.pool(x))
    }
}

#[test]
fn has_the_parameters_that_keras_counts() {
    assert_eq!(ResNet50::OUTPUT, [1000]);
    let model = ResNet50::default();
    model.build(ResNet50::INPUT).unwrap();
    // `keras.applications.ResNet50(weights=None).count_params()`
    assert_eq!(model.count_params(), 25_636_712);
}

#[test]
fn has_the_multiplications_that_the_paper_counts() {
    let model = ResNet50::default();
    let cost = model.trace(ResNet50::INPUT).unwrap().cost();
    let found: u64 = cost.iter().map(|layer| layer.multiplications).sum();
    // By the paper's table: a first convolution, stages of bottlenecks, a classifier. Keras strides in the first 1×1 of a stage.
    let mut expected = 112 * 112 * 64 * (7 * 7 * 3) + 2048 * 1000;
    let mut channels = 64;
    for (side, inner, blocks) in [(56, 64, 3), (28, 128, 4), (14, 256, 6), (7, 512, 3)] {
        let pixels: u64 = side * side;
        for block in 0..blocks {
            let outer = 4 * inner;
            expected += pixels * inner * (channels + 9 * inner + outer);
            if block == 0 {
                expected += pixels * channels * outer;
            }
            channels = outer;
        }
    }
    assert_eq!(found, expected);
    // He et al. 2015, table 1: 3.8·10⁹.
    assert!((3.8e9..3.9e9).contains(&(found as f64)), "{found}");
    let parameters: u64 = cost.iter().map(|layer| layer.parameters).sum();
    assert_eq!(parameters, 25_636_712);
}
