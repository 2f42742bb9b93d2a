"""The pages of one backpack: a file a tab. Each route asks for `Mine`, which is the gate."""
