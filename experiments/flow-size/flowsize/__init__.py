"""From recorded runs to the table: can a flow's size be told before it is sent?"""
