use nn::prelude::*;

#[model(new(), input = [16, 16, 32])]
struct SqueezeAndExcite {
    #[layer]
    pool: GlobalAveragePooling2D,
    #[layer(8, activation = Activation::Relu)]
    squeeze_channels: Dense,
    #[layer(16, activation = Activation::Sigmoid)]
    excite: Dense,
    #[layer([1, 1, -1])]
    to_image: Reshape,
    #[layer]
    scale: Multiply,
}

#[model]
impl SqueezeAndExcite {
    fn call(&self, x: Tensor) -> Tensor {
        let weights = self.excite(self.squeeze_channels(self.pool(&x)));
        self.scale([x, self.to_image(weights)])
    }
}

fn main() {}
