//! Loops over arrays of blocks that the compiler follows.
#![deny(warnings)]

use nn::prelude::*;

#[model(new(units: usize))]
struct Block {
    #[layer(units)]
    dense: Dense,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        concatenate([x, y], -1)
    }
}

// DenseNet's growth: the width depends on how often a loop runs.
#[model(input = [10], new(growth: usize = 4))]
struct Net {
    #[layer(growth)]
    blocks: [Block; 3],
    #[layer(growth)]
    grid: [[Dense; 2]; 2],
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for block in self.blocks.iter() {
            x = block.forward(x);
        }
        for (i, block) in self.blocks.iter().enumerate() {
            if i > 2 {
                x = block.forward(&x);
            }
        }
        let mut last = x.clone();
        for row in &self.grid {
            for dense in row {
                last = dense.forward(last);
            }
        }
        for i in 0..2 {
            for j in 0..2 {
                // The first has seen another size.
                if i + j > 0 {
                    last = self.grid[i][j].forward(last);
                }
            }
        }
        concatenate([x, last], -1)
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT, [10 + 3 * 4 + 4]);
    let x = Tensor::ones([2, 10]);
    assert_eq!(Net::default().forward(x).shape(), [2, 26]);
}
