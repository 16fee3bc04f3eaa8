use nn::prelude::*;

#[model(input = [6], new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    def call(self, x):
        return self.dense(x)
}

fn main() {}
