//! Segmentation: which pixels of a noisy image belong to its bright blobs. A U-Net goes down to a coarse image and up again with
//! transposed convolutions, and at every size joins what it saw on the way down. Images and masks are generated.
use nn::prelude::*;

const SIDE: usize = 32;

/// Two convolutions, normalized.
#[derive(Layer)]
struct DoubleConv {
    conv1: Conv2D,
    bn1: BatchNormalization,
    conv2: Conv2D,
    bn2: BatchNormalization,
}

#[model]
impl DoubleConv {
    fn new(filters: usize) -> Self {
        let conv = || {
            Conv2D::new(filters, 3)
                .padding(Padding::Same)
                .use_bias(false)
        };
        Self {
            conv1: conv(),
            bn1: BatchNormalization::new().momentum(0.9),
            conv2: conv(),
            bn2: BatchNormalization::new().momentum(0.9),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = self.bn1(self.conv1(x)).relu();
        self.bn2(self.conv2(x)).relu()
    }
}

/// Twice as large, joined with the image of that size from the way down.
#[derive(Layer)]
struct Up {
    larger: Conv2DTranspose,
    joined: DoubleConv,
}

#[model]
impl Up {
    fn new(filters: usize) -> Self {
        Self {
            larger: Conv2DTranspose::new(filters, 2).strides(2),
            joined: DoubleConv::new(filters),
        }
    }

    fn call(&self, (x, skip): (Tensor, Tensor)) -> Tensor {
        let x = self.larger(x);
        self.joined(concatenate([&x, &skip], -1))
    }
}

#[model(input = [SIDE, SIDE, 1])]
struct UNet {
    down1: DoubleConv,
    down2: DoubleConv,
    pool: MaxPooling2D,
    bottom: DoubleConv,
    up2: Up,
    up1: Up,
    head: Conv2D,
}

#[model]
impl UNet {
    fn new(filters: usize) -> Self {
        Self {
            down1: DoubleConv::new(filters),
            down2: DoubleConv::new(2 * filters),
            pool: MaxPooling2D::new(2),
            bottom: DoubleConv::new(4 * filters),
            up2: Up::new(2 * filters),
            up1: Up::new(filters),
            head: Conv2D::new(1, 1),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let fine = self.down1(x);
        let coarse = self.down2(self.pool(&fine));
        let x = self.bottom(self.pool(&coarse));
        let x = self.up2((x, coarse));
        let x = self.up1((x, fine));
        self.head(x)
    }
}

/// Images of one to three bright ellipses under noise, and which pixels are theirs.
fn blobs(count: usize) -> nn::Result<(Tensor, Tensor)> {
    const BLOBS: usize = 3;
    let drawn = Tensor::random_uniform([count, BLOBS, 6]).to_vec::<f32>()?;
    let noise = Tensor::random_normal([count, SIDE, SIDE]).to_vec::<f32>()?;
    let mut images = Vec::with_capacity(count * SIDE * SIDE);
    let mut masks = Vec::with_capacity(count * SIDE * SIDE);
    for (i, noise) in noise.iter().enumerate() {
        let (image, at) = (i / (SIDE * SIDE), i % (SIDE * SIDE));
        let [row, column] = [at / SIDE, at % SIDE].map(|n| n as f32 / SIDE as f32);
        let mut light = 0.0_f32;
        for blob in 0..BLOBS {
            let of = |k: usize| drawn[(image * BLOBS + blob) * 6 + k];
            // The first blob is always there, each other one in half of the images.
            if blob > 0 && of(5) < 0.5 {
                continue;
            }
            let [down, across] = [row - 0.15 - 0.7 * of(0), column - 0.15 - 0.7 * of(1)];
            let [height, width] = [0.08 + 0.12 * of(2), 0.08 + 0.12 * of(3)];
            if (down / height).powi(2) + (across / width).powi(2) < 1.0 {
                light = light.max(0.6 + 0.4 * of(4));
            }
        }
        masks.push(f32::from(light > 0.0));
        images.push(light + 0.4 * noise);
    }
    let shape = [count, SIDE, SIDE, 1];
    Ok((
        Tensor::from_vec(images, shape),
        Tensor::from_vec(masks, shape),
    ))
}

/// The pixels that both a prediction and the truth count in, of those that either does.
fn intersection_over_union(logits: &Tensor, masks: &Tensor) -> nn::Result<f32> {
    let predicted = logits.greater(0.0).cast(DType::F32);
    let both = (&predicted * masks).sum().item::<f32>()?;
    let either = predicted.maximum(masks).sum().item::<f32>()?;
    Ok(both / either)
}

fn main() -> nn::Result<()> {
    nn::set_seed(1);
    let (train, test) = (blobs(1024)?, blobs(256)?);
    let model = UNet::new(8);
    println!("{}", model.summary(UNet::INPUT)?);
    let mut model = model.compile(
        Compile::new(Adam::new(3e-3), BinaryCrossentropy::from_logits())
            .metric(BinaryAccuracy::new().threshold(0.0)),
    );
    model.fit(
        (train.0, train.1),
        Fit::new().batch_size(32).epochs(4).verbose(Verbose::Lines),
    )?;
    let (images, masks) = test;
    let iou = intersection_over_union(&model.predict(images)?, &masks)?;
    println!("IoU on images it has not seen: {iou:.3}");
    Ok(())
}
