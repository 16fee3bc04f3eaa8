//! Variables that change behind the back of what is followed, and names that mean something else than they seem to.
#![deny(warnings)]

use nn::prelude::*;

macro_rules! through {
    ($x:ident, $($layer:expr),+) => {
        $( $x = $layer.forward(&$x).relu(); )+
    };
}

macro_rules! same_names {
    ($name:ident, $x:ident) => {
        #[model(input = [6], new())]
        struct $name {
            #[layer(3)]
            narrow: Dense,
            #[layer(6)]
            wide: Dense,
        }

        #[model]
        impl $name {
            fn call(&self, $x: Tensor) -> Tensor {
                let x = self.narrow(&$x);
                let y = self.wide(&$x);
                y + &$x + x.mean()
            }
        }
    };
}

same_names!(TwoVariables, x);

mod own {
    use nn::prelude::*;

    /// Another `stack` than the prelude's: it adds a column.
    pub fn stack(parts: [&Tensor; 2], times: isize) -> Tensor {
        nn::concatenate(parts, -1) * times as f32
    }
}

/// Another `where_` than the prelude's: the wider one.
fn where_(a: &Tensor, b: &Tensor, c: &Tensor) -> Tensor {
    nn::concatenate([a, b, c], -1)
}

trait Twice {
    fn twice(&mut self);
}

impl Twice for Tensor {
    fn twice(&mut self) {
        *self = nn::concatenate([&*self, &*self], -1);
    }
}

#[model(input = [6, 2], new(n: isize = -1))]
struct Net {
    #[layer(3)]
    narrow: Dense,
    #[layer(6)]
    wide: Dense,
    #[layer(6)]
    deep: Dense,
    #[layer(4, 3)]
    conv: Conv2D,
    #[config]
    n: isize,
}

#[model]
impl Net {
    fn join(parts: [&Tensor; 2], scale: usize) -> Tensor {
        nn::concatenate(parts, -1) / scale as f32
    }

    fn widened(&self, x: &Tensor, depth: usize) -> Tensor {
        match depth {
            0 => x.clone(),
            _ => self.widened(&self.deep(x), depth - 1),
        }
    }

    fn call(&self, input: Tensor) -> Tensor {
        // A list of sizes changed by its methods.
        let mut dims = input.shape().to_vec();
        dims.push(2);
        dims.swap(1, 2);
        let image = nn::concatenate([&input, &input], 2).reshape(dims);
        let pooled = image.flatten_from(1);

        // A macro, a trait, and `clone_from`, which assign.
        let x = input.flatten_from(1);
        let mut y = self.narrow(&x);
        through!(y, self.wide);
        y = y + self.wide(self.narrow(&x));
        let mut z = self.narrow(&x);
        z.twice();
        y = y + &z;
        let mut w = self.narrow(&x);
        w.clone_from(&z);
        y = y + w;

        // Functions with known names.
        let halves = (self.narrow(&x), self.narrow(&x));
        y = y + own::stack([&halves.0, &halves.1], 3) + Self::join([&halves.1, &halves.0], 2);
        let parts = where_(&halves.0, &x.columns(..1), &x.columns(..2));
        y = y + parts;

        // The bits of a number turned, and one that was negative.
        let first = pooled.sum_axis(!self.n);
        let large = (self.n as usize) > 3;
        let scale = if large {
            first.mean()
        } else {
            self.conv(&x).mean()
        };

        // A method that calls itself, and loops that never end for the compiler.
        let mut h = self.widened(&y, 3);
        for _ in 0..3 {
            for i in 0..1_000_000 {
                if i == 2 {
                    break;
                }
                h = self.deep(&h);
            }
        }
        if let Some(layer) = Some(&self.deep) {
            h = layer.forward(&h);
        }
        y + h + scale
    }
}

#[model(input = [4], new())]
struct Loops {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Loops {
    fn call(&self, x: Tensor) -> Tensor {
        let mut h = self.dense(x);
        let turns = if h.rank() == 2 { 2 } else { 1000 };
        for _ in 0..turns {
            for _ in 0..turns {
                h = self.dense(&h);
            }
        }
        if h.rank() == 3 {
            for _ in 0..1000 {
                for _ in 0..1000 {
                    h = self.dense(&h);
                }
            }
        }
        h
    }
}

pub fn main() {
    let x = Tensor::ones([2, 6]);
    assert_eq!(TwoVariables::new().forward(&x).shape(), [2, 6]);
    assert_eq!(
        Net::new(-1).forward(Tensor::ones([2, 6, 2])).shape(),
        [2, 6]
    );
    assert_eq!(Loops::OUTPUT, [4]);
    assert_eq!(Loops::new().forward(Tensor::ones([2, 4])).shape(), [2, 4]);
}
