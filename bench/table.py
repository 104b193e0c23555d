def markdown(figures):
    return ""
