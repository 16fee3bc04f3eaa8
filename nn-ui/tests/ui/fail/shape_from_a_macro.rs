use nn::prelude::*;

macro_rules! classifier {
    ($name:ident, $input:expr, $window:literal) => {
        #[model(input = [8, 8, 1], new())]
        struct $name {
            #[layer(4, $window)]
            conv: Conv2D,
        }

        #[model]
        impl $name {
            fn call(&self, x: Tensor) -> Tensor {
                self.conv(x)
            }
        }
    };
}

classifier!(Small, [8, 8, 1], 3);
classifier!(Large, [8, 8, 1], 9);

fn main() {}
