def check_rules(d):
    return []
