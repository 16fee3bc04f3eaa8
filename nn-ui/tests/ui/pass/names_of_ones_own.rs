//! A `Result` under a name of the user's own, and a layer with the name of a function of the prelude.

use nn::prelude::*;

type Computed<T> = std::result::Result<T, nn::Error>;

#[model(input = [4], new())]
struct Named {
    #[layer(3)]
    stack: [Dense; 2],
}

#[model]
impl Named {
    fn call(&self, x: Tensor) -> Computed<Tensor> {
        let y = self.stack(x);
        stack([&y, &y], 1).into_result()
    }
}

pub fn main() {
    assert_eq!(
        Named::new().forward(Tensor::ones([1, 4])).shape(),
        [1, 2, 3]
    );
}
