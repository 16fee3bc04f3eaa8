use nn::prelude::*;

#[model(new(out_channels: usize))]
struct CnnBlock {
    #[layer(out_channels, 3, padding = Padding::Same)]
    conv: Conv2D,
    #[layer]
    bn: BatchNormalization,
}

#[model]
impl CnnBlock {
    fn call(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x)).relu()
    }
}

#[model(new(channels: [usize; 2], shortcut: usize))]
struct ResBlock {
    #[layer(channels[0])]
    cnn1: CnnBlock,
    #[layer(channels[1])]
    cnn2: CnnBlock,
    #[layer(shortcut, 1)]
    identity_mapping: Conv2D,
}

#[model]
impl ResBlock {
    fn call(&self, input: Tensor) -> Tensor {
        let x = self.cnn2(self.cnn1(&input));
        x + self.identity_mapping(&input)
    }
}

// The shortcut of the second block has half the channels.
#[model(input = [28, 28, 1], new(num_classes: usize = 10))]
struct ResNetLike {
    #[layer([32, 64], 64)]
    block1: ResBlock,
    #[layer([128, 128], 64)]
    block2: ResBlock,
    #[layer]
    pool: GlobalAveragePooling2D,
    #[layer(num_classes)]
    classifier: Dense,
}

#[model]
impl ResNetLike {
    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.pool(self.block2(self.block1(x))))
    }
}

fn main() {}
