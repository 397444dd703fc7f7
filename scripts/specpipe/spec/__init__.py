"""From YAML text to the frozen, language-neutral view that every target reads."""
