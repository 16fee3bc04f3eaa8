//! The forms of `input`.
#![deny(warnings)]

use nn::prelude::*;

mod sizes {
    pub const WORDS: usize = 7;
    pub const IMAGE: [usize; 3] = [8, 8, 3];
    pub const fn square(n: usize) -> [usize; 2] {
        [n, n]
    }
}

macro_rules! flat {
    ($name:ident, $input:expr, $type:ty) => {
        #[model(input = $input, new())]
        struct $name {
            #[layer]
            flatten: Flatten,
        }

        #[model]
        impl $name {
            fn call(&self, x: Tensor) -> Tensor {
                self.flatten(x)
            }
        }

        const _: $type = $name::INPUT;
    };
}

flat!(Constant, sizes::IMAGE, [usize; 3]);
flat!(Repeated, [sizes::WORDS; 2], [usize; 2]);
flat!(Computed, sizes::square(5), [usize; 2]);
flat!(Mixed, [sizes::WORDS, 2 + 1], [usize; 2]);
flat!(Open, [_, 3], [usize; 2]);
flat!(OpenSquare, [_; 2], [usize; 2]);

#[model(input = (sizes::IMAGE, [_; 3]), new())]
struct Two {
    #[layer]
    add: Add,
}

#[model]
impl Two {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.add([a, b])
    }
}

pub fn main() {
    assert_eq!(Constant::OUTPUT, [192]);
    assert_eq!(Repeated::OUTPUT, [49]);
    assert_eq!(Computed::OUTPUT, [25]);
    assert_eq!(Mixed::OUTPUT, [21]);
    assert_eq!(Open::INPUT[0], nn::UNKNOWN);
    assert_eq!(Open::OUTPUT.to_string(), "[_]");
    assert_eq!(OpenSquare::OUTPUT.to_string(), "[_]");
    let _ = (Two::INPUT, Two::OUTPUT);
    assert_eq!(
        Open::new().forward(Tensor::ones([2, 4, 3])).shape(),
        [2, 12]
    );
}
