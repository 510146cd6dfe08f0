"""SOAP, for clients that still speak it.

Read `soap` first; `soap_xml` has the envelopes, which the Bulk API 1.0 takes part of.
"""
