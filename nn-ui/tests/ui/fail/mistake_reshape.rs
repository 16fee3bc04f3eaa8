use nn::prelude::*;

const IMAGE_WIDTH: usize = 200;
const IMAGE_HEIGHT: usize = 50;

// The width is there twice.
#[model(new(), input = [IMAGE_WIDTH, IMAGE_WIDTH, 1])]
struct Ocr {
    #[layer(32, 3, padding = Padding::Same)]
    conv1: Conv2D,
    #[layer(64, 3, padding = Padding::Same)]
    conv2: Conv2D,
    #[layer(2)]
    pool: MaxPooling2D,
    #[layer([IMAGE_WIDTH as isize / 4, (IMAGE_HEIGHT as isize / 4) * 64])]
    columns: Reshape,
}

#[model]
impl Ocr {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.pool(self.conv1(x));
        let x = self.pool(self.conv2(x));
        self.columns(x)
    }
}

fn main() {}
