-- Where the lake's exports lie. A repeatable script, so that the stage follows the lake when it moves.

CREATE OR REPLACE STAGE SOFTCART.STAGING.EXPORTS
    URL = '{{ exports_url }}'
    STORAGE_INTEGRATION = {{ storage_integration }}
    COMMENT = 'Parquet exports of the lake''s change feed';
