//! Conditions wherever Rust takes them.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Dense,
    #[layer(4)]
    #[cfg(target_os = "none")]
    b: Dense,
    #[layer(4)]
    c: Dense,
}

#[model]
impl Net {
    #[cfg(not(target_os = "none"))]
    fn build(&self, _: &Shape) -> nn::Result<()> {
        Ok(())
    }

    #[cfg(target_os = "none")]
    fn train_step(&self, _: &mut Step<'_, Self>, _: (Tensor, Tensor)) -> nn::Result<()> {
        Ok(())
    }

    fn call(&self, x: Tensor, #[cfg(target_os = "none")] more: Tensor) -> Tensor {
        #[cfg(target_os = "none")]
        let x = self.b(x) + more;
        #[cfg(not(target_os = "none"))]
        let n = 1;
        #[cfg(target_os = "none")]
        let n = 2;
        let x = match n {
            #[cfg(target_os = "none")]
            1 => self.c(x),
            _ => self.a(&x),
        };
        let parts = [
            #[cfg(target_os = "none")]
            self.c(&x),
            x.clone(),
        ];
        #[cfg_attr(all(), allow(unused_mut))]
        let mut sum = parts[0].clone();
        #[cfg(not(target_os = "none"))]
        {
            sum = sum + x;
        }
        sum
    }

    #[cfg(target_os = "none")]
    fn helper(&self) {
        self.nothing()
    }
}

pub fn main() {
    assert_eq!(Net::new().forward(Tensor::ones([1, 4])).shape(), [1, 4]);
}
