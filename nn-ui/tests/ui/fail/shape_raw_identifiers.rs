use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer(2)]
    r#match: MaxPooling2D,
}

#[model]
impl Net {
    fn call(&self, r#in: Tensor) -> Tensor {
        let r#type = self.r#match(r#in);
        r#type
    }
}

fn main() {}
