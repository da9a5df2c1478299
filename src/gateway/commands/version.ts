/**
 * What the gateway says it is.
 *
 * @module
 */

/** The version of Redis whose commands and error texts are meant; clients switch features by it. */
export const SERVER_VERSION = '7.4.0';
