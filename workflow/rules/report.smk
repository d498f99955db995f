# What `snakemake --report report.zip` shows around the figures and tables.


report: "../report/workflow.rst"
