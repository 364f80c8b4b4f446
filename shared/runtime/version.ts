/** Of the package, the chart and the image: test/chart.test.ts holds them together. */
export const heraldVersion = '0.1.0';
