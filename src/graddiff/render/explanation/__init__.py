"""Both passes told line by line."""
